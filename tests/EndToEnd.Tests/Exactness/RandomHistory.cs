using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Exactness;

/// <summary>
/// Clients that buy, check carts out, charge, cancel, repeat and look, at random, of few products and with little money. One of the users has
/// none; one of the products changes its price, and is bought only by who agrees to one.
/// </summary>
/// <param name="seed">Decides what each client does; the interleaving is the machine's.</param>
/// <param name="shops">The app's processes; clients are spread over them.</param>
internal sealed class RandomHistory(int seed, params ShopClient[] shops)
{
    private const int Clients = 5;
    private const int CallsPerClient = 9;
    private const int Products = 3;
    private const int Users = 3;
    private const int Penniless = 2;

    // The last one, the price of which changes; the others make up baskets and carts.
    private const int Repriced = Products - 1;

    private readonly string _prefix = $"h{seed}-{Guid.NewGuid().ToString("N")[..8]}";
    private readonly History _history = new();
    private readonly long[] _prices = [10, 25, 40];
    private readonly long[] _stocks = [4, 3, 5];
    private readonly long[] _balances = [150, 90, 0];

    private string[] ProductIds => [.. Enumerable.Range(0, Products).Select(product => $"{_prefix}-p{product}")];

    public async Task AssertExplainableAsync()
    {
        await Task.WhenAll(Enumerable.Range(0, Products).Select(i => History.UntilAnsweredAsync(() => AddAsync(i))));
        await Task.WhenAll(Enumerable.Range(0, Users).Where(i => _balances[i] > 0).Select(i =>
            History.UntilAnsweredAsync(() => shops[0].ChargeAsync(UserId(i), _balances[i], "initial"))));

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(RunClientAsync));
        for (var i = 0; i < Products; i++)
            await ReadProductAsync(shops[0], i, $"end-{i}");
        for (var i = 0; i < Users; i++)
        {
            await ReadBalanceAsync(shops[0], i, $"end-{i}");
            await ReadCartAsync(shops[0], i, $"end-{i}");
        }

        var model = new HistoryModel(ProductIds, Users);
        var contradiction = HistoryChecker.FindContradiction(_history.Calls, model, model.Cells(_stocks, _prices, _balances));
        Assert.True(contradiction is null, $"Seed {seed}: {contradiction}");
    }

    private string UserId(int user) => $"{_prefix}-u{user}";

    private async Task<Answer> AddAsync(int product)
    {
        var id = ProductIds[product];
        var put = await shops[0].SendAsync(HttpMethod.Put, $"/api/ops/products/{id}", new { name = id, price = _prices[product] });
        return put.Code is 200 or 201 ? await shops[0].AdjustStockAsync(id, _stocks[product], "initial") : put;
    }

    private async Task RunClientAsync(int client)
    {
        var random = new Random(HashCode.Combine(seed, client));
        var shop = shops[client % shops.Length];
        var paid = new List<(Operation.Order Order, string OrderId)>();
        for (var i = 0; i < CallsPerClient; i++)
        {
            var (key, dice, user) = ($"{client}-{i}", random.Next(100), random.Next(Users));
            if (dice < 35)
                await OrderAsync(shop, new(user, key) { Lines = Basket(random) }, random, paid);
            else if (dice < 45)
                await AgreeAsync(shop, user, key, random, paid);
            else if (dice < 55)
                await OrderAsync(shop, new(user, key) { FromCart = true }, random, paid);
            else if (dice < 65)
                await AddToCartAsync(shop, user, random.Next(Repriced), random.Next(1, 3), key);
            else if (dice < 70)
                await SetPriceAsync(shop, random.Next(38, 43), key);
            else if (dice < 76)
                await ChargeAsync(shop, random.Next(Penniless), random.Next(1, 60), key);
            else if (dice < 84 && paid.Count > 0)
                await CancelAsync(shop, paid, random);
            else if (dice < 88)
                await AdjustAsync(shop, random.Next(Products), random.Next(2) == 0 ? -2 : 2, key);
            else if (dice < 92)
                await ReadBalanceAsync(shop, user, key);
            else if (dice < 95)
                await ReadCartAsync(shop, user, key);
            else
                await ReadProductAsync(shop, random.Next(Products), key);
        }
    }

    private static List<(int Product, long Quantity)> Basket(Random random)
    {
        var lines = Enumerable.Range(0, Repriced).Where(_ => random.Next(2) == 0).Select(product => (product, (long)random.Next(1, 3))).ToList();
        return lines.Count > 0 ? lines : [(random.Next(Repriced), 1)];
    }

    /// <summary>An order of the product that changes its price, by who has seen one that may be the one in force.</summary>
    private Task AgreeAsync(ShopClient shop, int user, string key, Random random, List<(Operation.Order Order, string OrderId)> paid)
    {
        long quantity = random.Next(1, 3);
        return OrderAsync(shop, new(user, key) { Lines = [(Repriced, quantity)], ExpectedTotal = quantity * random.Next(38, 43) }, random, paid);
    }

    private async Task OrderAsync(ShopClient shop, Operation.Order order, Random random, List<(Operation.Order Order, string OrderId)> paid)
    {
        // Now and then the client is impatient and sends it several times at once, to any of the processes.
        var times = random.Next(6) == 0 ? 3 : 1;
        var answers = await Task.WhenAll(Enumerable.Range(0, times).Select(n =>
            _history.CallAsync(order, () => SendAsync(shops[(Array.IndexOf(shops, shop) + n) % shops.Length], order), answer => Answered(order, n, answer))));
        var outcome = answers.FirstOrDefault(answer => answer.Problem != "cart-empty") ?? answers[0];
        if (outcome.Code == 201 || outcome.Problem is "insufficient-stock" or "insufficient-balance")
            await LearnAsync(shop, order, outcome.Text("orderId"));
        if (outcome.Code == 201)
            paid.Add((order, outcome.Text("orderId")));
    }

    /// <summary>Who finds nothing in the cart has only looked: that leaves no order, and a repeat may find more.</summary>
    private static Operation.Order Answered(Operation.Order order, int time, Answer answer) =>
        answer.Problem == "cart-empty" ? order with { Key = $"{order.Key}-{time}" } : order;

    private Task<Answer> SendAsync(ShopClient shop, Operation.Order order)
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
    private async Task LearnAsync(ShopClient shop, Operation.Order order, string orderId)
    {
        var stored = await History.UntilAnsweredAsync(() => shop.FindOrderAsync(UserId(order.User), orderId));
        order.Total = stored.Expect(200).Number("totalAmount");
        if (order.FromCart)
        {
            order.Lines = [.. stored.Json.GetProperty("lines").EnumerateArray().Select(line =>
                (Array.IndexOf(ProductIds, line.GetProperty("productId").GetString()!), line.GetProperty("quantity").GetInt64()))];
        }
    }

    private async Task CancelAsync(ShopClient shop, List<(Operation.Order Order, string OrderId)> paid, Random random)
    {
        var (order, orderId) = paid[random.Next(paid.Count)];
        paid.RemoveAll(other => other.OrderId == orderId);
        var times = random.Next(3) == 0 ? 2 : 1;
        await Task.WhenAll(Enumerable.Range(0, times).Select(_ =>
            _history.CallAsync(new Operation.Cancel(order), () => shop.CancelAsync(UserId(order.User), orderId))));
    }

    private Task<Answer> ChargeAsync(ShopClient shop, int user, long amount, string key) =>
        _history.CallAsync(new Operation.Charge(user, amount, key), () => shop.ChargeAsync(UserId(user), amount, key));

    private Task<Answer> AdjustAsync(ShopClient shop, int product, long delta, string key) =>
        _history.CallAsync(new Operation.Adjust(product, delta, key), () => shop.AdjustStockAsync(ProductIds[product], delta, key));

    private Task<Answer> SetPriceAsync(ShopClient shop, long price, string key)
    {
        var id = ProductIds[Repriced];
        return _history.CallAsync(
            new Operation.SetPrice(Repriced, price, key), () => shop.SendAsync(HttpMethod.Put, $"/api/ops/products/{id}", new { name = id, price }));
    }

    private Task<Answer> AddToCartAsync(ShopClient shop, int user, int product, long quantity, string key) => _history.CallAsync(
        new Operation.AddToCart(user, product, quantity, key), () => shop.AddToCartAsync(UserId(user), ProductIds[product], quantity));

    private Task<Answer> ReadBalanceAsync(ShopClient shop, int user, string key) =>
        _history.CallAsync(new Operation.ReadBalance(user, key), () => shop.GetAsync($"/api/users/{UserId(user)}/balance"));

    private Task<Answer> ReadCartAsync(ShopClient shop, int user, string key) =>
        _history.CallAsync(new Operation.ReadCart(user, key), () => shop.GetAsync($"/api/users/{UserId(user)}/cart"));

    private Task<Answer> ReadProductAsync(ShopClient shop, int product, string key) =>
        _history.CallAsync(new Operation.ReadProduct(product, key), () => shop.GetAsync($"/api/products/{ProductIds[product]}"));
}
