using EndToEnd.Tests.Support;
using Faults;

namespace EndToEnd.Tests.Exactness;

/// <summary>
/// Clients that buy, check carts out, charge, cancel, repeat and look, at random, of few products and with little money. One of the users
/// has none; one of the products changes its price, and is bought only by who agrees to one.
/// </summary>
/// <param name="shop">The shop.</param>
/// <param name="seed">Decides, with the round, what each client does; the interleaving is the machine's.</param>
/// <param name="round">Which of the histories of a run it is.</param>
/// <param name="isSpread">True when the stocks lie in several partitions, in how many changes all the time.</param>
/// <param name="replica">What answers looks with what it knows, where there is such a one; it catches up for the last look.</param>
internal sealed class RandomHistory(ShopClient shop, int seed, int round, LaggingReplica? replica = null, bool isSpread = false)
{
    private const int Clients = 5;
    private const int CallsPerClient = 9;
    private const int Products = 3;
    private const int Users = 3;
    private const int Penniless = 2;

    // The last one, the price of which changes; the others make up baskets and carts.
    private const int Repriced = Products - 1;

    // Nothing in it is new in a run that replays a seed: faults go by what is asked for.
    private readonly string _prefix = $"h{seed}-{round}";
    private readonly History _history = new(replica?.LagMax ?? default);
    private readonly long[] _prices = [10, 25, 40];
    private readonly long[] _stocks = [4, 3, 5];
    private readonly long[] _balances = [150, 90, 0];

    private string[] ProductIds => [.. Enumerable.Range(0, Products).Select(product => $"{_prefix}-p{product}")];

    public async Task AssertExplainableAsync()
    {
        await Task.WhenAll(Enumerable.Range(0, Products).Select(i => History.UntilAnsweredAsync(() => AddAsync(i))));
        await Task.WhenAll(Enumerable.Range(0, Users).Where(i => _balances[i] > 0).Select(i =>
            History.UntilAnsweredAsync(() => shop.ChargeAsync(UserId(i), _balances[i], "initial"))));

        if (isSpread)
            await Task.WhenAll(ProductIds.Select(id => History.UntilAnsweredAsync(() => shop.SetShardsAsync(id, 1 + (round % 4)))));

        await (replica?.FreezeAsync() ?? Task.CompletedTask);
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(RunClientAsync));
        replica?.CatchUp();
        for (var i = 0; i < Products; i++)
            await ReadProductAsync(i, $"end-{i}");
        for (var i = 0; i < Users; i++)
        {
            await ReadBalanceAsync(i, $"end-{i}");
            await ReadCartAsync(i, $"end-{i}");
        }

        var model = new HistoryModel(ProductIds, Users, isSpread);
        var contradiction = HistoryChecker.FindContradiction(_history.Calls, model, model.Cells(_stocks, _prices, _balances));
        Assert.True(contradiction is null, $"COMMERCE_SEED={seed}, history {round}: {contradiction}");
    }

    private string UserId(int user) => $"{_prefix}-u{user}";

    private async Task<Answer> AddAsync(int product)
    {
        var id = ProductIds[product];
        var put = await shop.SendAsync(HttpMethod.Put, $"/api/ops/products/{id}", new { name = id, price = _prices[product] });
        return put.Code is 200 or 201 ? await shop.AdjustStockAsync(id, _stocks[product], "initial") : put;
    }

    private async Task RunClientAsync(int client)
    {
        var random = Seed.Of(seed, round, client);
        var paid = new List<(Operation.Order Order, string OrderId)>();
        for (var i = 0; i < CallsPerClient; i++)
        {
            if (isSpread && random.Next(6) == 0)
                (await shop.SetShardsAsync(ProductIds[random.Next(Products)], random.Next(4))).Expect(200);
            var (key, dice, user) = ($"{client}-{i}", random.Next(100), random.Next(Users));
            if (dice < 35)
                await OrderAsync(new(user, key) { Lines = Basket(random) }, random, paid);
            else if (dice < 45)
                await AgreeAsync(user, key, random, paid);
            else if (dice < 55)
                await OrderAsync(new(user, key) { FromCart = true }, random, paid);
            else if (dice < 65)
                await AddToCartAsync(user, random.Next(Repriced), random.Next(1, 3), key);
            else if (dice < 70)
                await SetPriceAsync(random.Next(38, 43), key);
            else if (dice < 76)
                await ChargeAsync(random.Next(Penniless), random.Next(1, 60), key);
            else if (dice < 84 && paid.Count > 0)
                await CancelAsync(paid, random);
            else if (dice < 88)
                await AdjustAsync(random.Next(Products), random.Next(2) == 0 ? -2 : 2, key);
            else if (dice < 92)
                await ReadBalanceAsync(user, key);
            else if (dice < 95)
                await ReadCartAsync(user, key);
            else
                await ReadProductAsync(random.Next(Products), key);
        }
    }

    private static List<(int Product, long Quantity)> Basket(Random random)
    {
        var lines = Enumerable.Range(0, Repriced).Where(_ => random.Next(2) == 0).Select(product => (product, (long)random.Next(1, 3)))
            .ToList();
        return lines.Count > 0 ? lines : [(random.Next(Repriced), 1)];
    }

    /// <summary>An order of the product that changes its price, by who has seen one that may be the one in force.</summary>
    private Task AgreeAsync(int user, string key, Random random, List<(Operation.Order Order, string OrderId)> paid)
    {
        long quantity = random.Next(1, 3);
        return OrderAsync(new(user, key) { Lines = [(Repriced, quantity)], ExpectedTotal = quantity * random.Next(38, 43) }, random, paid);
    }

    private async Task OrderAsync(Operation.Order order, Random random, List<(Operation.Order Order, string OrderId)> paid)
    {
        // Now and then the client is impatient and sends it several times at once.
        var times = random.Next(6) == 0 ? 3 : 1;
        var answers = await Task.WhenAll(Enumerable.Range(0, times).Select(n =>
            _history.CallAsync(order, () => SendAsync(order), answer => Answered(order, n, answer))));
        var outcome = answers.FirstOrDefault(answer => answer.Problem != "cart-empty") ?? answers[0];
        if (outcome.Code == 201 || outcome.Problem is "insufficient-stock" or "insufficient-balance")
            await LearnAsync(order, outcome.Text("orderId"));
        if (outcome.Code == 201)
            paid.Add((order, outcome.Text("orderId")));
    }

    /// <summary>Who finds nothing in the cart has only looked: that leaves no order, and a repeat may find more.</summary>
    private static Operation.Order Answered(Operation.Order order, int time, Answer answer) =>
        answer.Problem == "cart-empty" ? order with { Key = $"{order.Key}-{time}" } : order;

    private Task<Answer> SendAsync(Operation.Order order)
    {
        var items = order.Lines.Select(line => (ProductIds[line.Product], line.Quantity));
        return order switch
        {
            { FromCart: true } => shop.CheckoutAsync(UserId(order.User), order.Key),
            { ExpectedTotal: { } total } => shop.OrderAtAsync(UserId(order.User), order.Key, total, items),
            _ => shop.OrderAsync(UserId(order.User), order.Key, items),
        };
    }

    /// <summary>What only the order itself says: the lines of a checkout, the total of a refusal. They do not change.</summary>
    private async Task LearnAsync(Operation.Order order, string orderId)
    {
        var stored = await History.UntilAnsweredAsync(() => shop.FindOrderAsync(UserId(order.User), orderId));
        order.Total = stored.Expect(200).Number("totalAmount");
        if (order.FromCart)
        {
            order.Lines = [.. stored.Json.GetProperty("lines").EnumerateArray().Select(line =>
                (Array.IndexOf(ProductIds, line.GetProperty("productId").GetString()!), line.GetProperty("quantity").GetInt64()))];
        }
    }

    private async Task CancelAsync(List<(Operation.Order Order, string OrderId)> paid, Random random)
    {
        var (order, orderId) = paid[random.Next(paid.Count)];
        paid.RemoveAll(other => other.OrderId == orderId);
        var times = random.Next(3) == 0 ? 2 : 1;
        await Task.WhenAll(Enumerable.Range(0, times).Select(_ =>
            _history.CallAsync(new Operation.Cancel(order), () => shop.CancelAsync(UserId(order.User), orderId))));
    }

    private Task<Answer> ChargeAsync(int user, long amount, string key) =>
        _history.CallAsync(new Operation.Charge(user, amount, key), () => shop.ChargeAsync(UserId(user), amount, key));

    private Task<Answer> AdjustAsync(int product, long delta, string key) =>
        _history.CallAsync(new Operation.Adjust(product, delta, key), () => shop.AdjustStockAsync(ProductIds[product], delta, key));

    private Task<Answer> SetPriceAsync(long price, string key)
    {
        var id = ProductIds[Repriced];
        return _history.CallAsync(
            new Operation.SetPrice(Repriced, price, key), () =>
                shop.SendAsync(HttpMethod.Put, $"/api/ops/products/{id}", new { name = id, price }));
    }

    private Task<Answer> AddToCartAsync(int user, int product, long quantity, string key) => _history.CallAsync(
        new Operation.AddToCart(user, product, quantity, key), () => shop.AddToCartAsync(UserId(user), ProductIds[product], quantity));

    private Task<Answer> ReadBalanceAsync(int user, string key) =>
        _history.CallAsync(new Operation.ReadBalance(user, key), () => shop.GetAsync($"/api/users/{UserId(user)}/balance"));

    private Task<Answer> ReadCartAsync(int user, string key) =>
        _history.CallAsync(new Operation.ReadCart(user, key), () => shop.GetAsync($"/api/users/{UserId(user)}/cart"));

    private Task<Answer> ReadProductAsync(int product, string key) =>
        _history.CallAsync(new Operation.ReadProduct(product, key), () => shop.GetAsync($"/api/products/{ProductIds[product]}"));
}
