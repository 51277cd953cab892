using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Exactness;

/// <summary>Clients that buy, charge, cancel, repeat and look, at random, of few products and with little money.</summary>
/// <param name="seed">Decides what each client does; the interleaving is the machine's.</param>
/// <param name="shops">The app's processes; clients are spread over them.</param>
internal sealed class RandomHistory(int seed, params ShopClient[] shops)
{
    private const int Clients = 5;
    private const int CallsPerClient = 9;
    private const int Products = 3;
    private const int Users = 2;

    private readonly string _prefix = $"h{seed}-{Guid.NewGuid().ToString("N")[..8]}";
    private readonly History _history = new();
    private readonly long[] _prices = [10, 25, 40];
    private readonly long[] _stocks = [4, 3, 5];
    private readonly long[] _balances = [150, 90];

    private string[] ProductIds => [.. Enumerable.Range(0, Products).Select(product => $"{_prefix}-p{product}")];

    public async Task AssertExplainableAsync()
    {
        await Task.WhenAll(Enumerable.Range(0, Products).Select(i => History.UntilAnsweredAsync(() => AddAsync(i))));
        await Task.WhenAll(Enumerable.Range(0, Users).Select(i =>
            History.UntilAnsweredAsync(() => shops[0].ChargeAsync(UserId(i), _balances[i], "initial"))));

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(RunClientAsync));
        for (var i = 0; i < Products; i++)
            await ReadStockAsync(shops[0], i, $"end-{i}");
        for (var i = 0; i < Users; i++)
            await ReadBalanceAsync(shops[0], i, $"end-{i}");

        var contradiction = HistoryChecker.FindContradiction(
            _history.Calls, new HistoryModel(ProductIds, _prices), [.. _stocks, .. _balances]);
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
            var (key, dice) = ($"{client}-{i}", random.Next(100));
            if (dice < 55)
                await OrderAsync(shop, key, random, paid);
            else if (dice < 65)
                await ChargeAsync(shop, random.Next(Users), random.Next(1, 60), key);
            else if (dice < 75 && paid.Count > 0)
                await CancelAsync(shop, paid, random);
            else if (dice < 80)
                await AdjustAsync(shop, random.Next(Products), random.Next(2) == 0 ? -2 : 2, key);
            else if (dice < 90)
                await ReadBalanceAsync(shop, random.Next(Users), key);
            else
                await ReadStockAsync(shop, random.Next(Products), key);
        }
    }

    private async Task OrderAsync(ShopClient shop, string key, Random random, List<(Operation.Order Order, string OrderId)> paid)
    {
        var lines = Enumerable.Range(0, Products).Where(_ => random.Next(2) == 0).Select(product => (product, (long)random.Next(1, 3))).ToList();
        if (lines.Count == 0)
            lines.Add((random.Next(Products), 1));
        var order = new Operation.Order(random.Next(Users), key, lines);
        // Now and then the client is impatient and sends it several times at once, to any of the processes.
        var times = random.Next(6) == 0 ? 3 : 1;
        var answers = await Task.WhenAll(Enumerable.Range(0, times).Select(n => _history.CallAsync(
            order,
            () => shops[(Array.IndexOf(shops, shop) + n) % shops.Length].OrderAsync(
                UserId(order.User), key, order.Lines.Select(line => (ProductIds[line.Product], line.Quantity))))));
        if (answers[0].Code == 201)
            paid.Add((order, answers[0].Text("orderId")));
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

    private Task<Answer> ReadBalanceAsync(ShopClient shop, int user, string key) =>
        _history.CallAsync(new Operation.ReadBalance(user, key), () => shop.GetAsync($"/api/users/{UserId(user)}/balance"));

    private Task<Answer> ReadStockAsync(ShopClient shop, int product, string key) =>
        _history.CallAsync(new Operation.ReadStock(product, key), () => shop.GetAsync($"/api/products/{ProductIds[product]}"));
}
