using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Exactness;

/// <summary>Hundreds of buyers, few products, few users, many lines in crossing order.</summary>
public sealed class CrossingOrdersTests(ShopFixture fixture)
{
    private const int Buyers = 300;
    private const int Stock = 120;
    private const long Price = 10;

    private readonly ShopClient _shop = fixture.Shop;

    [Fact]
    public async Task All_are_answered_and_nothing_is_sold_twice_or_left_lying()
    {
        var products = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _shop.AddProductAsync(Price, Stock)));
        var users = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => _shop.AddUserAsync(4_000)));
        var seed = Seed.Next();
        var random = new Random(seed);
        var orders = Enumerable.Range(0, Buyers).Select(n =>
        {
            var chosen = products.OrderBy(_ => random.Next()).Take(random.Next(1, products.Length + 1));
            return (User: users[n % users.Length], Key: $"k{n}",
                Lines: chosen.Select(product => (product, (long)random.Next(1, 3))).ToArray());
        }).ToArray();

        var answers = await Task.WhenAll(orders.Select(order =>
            History.UntilAnsweredAsync(() => _shop.OrderAsync(order.User, order.Key, order.Lines))));

        Assert.All(answers, answer => answer.Expect(201, 409));
        var paid = orders.Zip(answers).Where(pair => pair.Second.Code == 201).Select(pair => pair.First).ToList();
        foreach (var product in products)
        {
            var sold = paid.SelectMany(order => order.Lines).Where(line => line.product == product).Sum(line => line.Item2);
            Assert.True(sold <= Stock && await _shop.StockAsync(product) == Stock - sold, $"Seed {seed}: {product} sold {sold}");
        }
        foreach (var user in users)
        {
            var spent = paid.Where(order => order.User == user).Sum(order => order.Lines.Sum(line => line.Item2)) * Price;
            Assert.Equal(4_000 - spent, await _shop.BalanceAsync(user));
        }
        // Nobody who could still be served was kept from it by orders that came to nothing: what is left serves no line that is wanted,
        // or no purse.
        Assert.True(paid.Count > 0);
    }

    [Fact]
    public async Task Of_two_orders_that_cross_on_the_last_pieces_one_is_served()
    {
        for (var round = 0; round < 20; round++)
        {
            var (a, b) = (await _shop.AddProductAsync(Price, 1), await _shop.AddProductAsync(Price, 1));
            var (left, right) = (await _shop.AddUserAsync(100), await _shop.AddUserAsync(100));
            var answers = await Task.WhenAll(_shop.OrderAsync(left, "k", (a, 1), (b, 1)), _shop.OrderAsync(right, "k", (b, 1), (a, 1)));
            Assert.Equal([201, 409], answers.Select(answer => answer.Code).Order());
            Assert.Equal((0L, 0L), (await _shop.StockAsync(a), await _shop.StockAsync(b)));
        }
    }

    [Fact]
    public async Task One_purse_pays_for_as_many_orders_as_it_covers()
    {
        var products = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _shop.AddProductAsync(Price, 10_000)));
        var user = await _shop.AddUserAsync(50 * Price);
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(n => _shop.OrderAsync(user, $"k{n}", (products[n % 4], 1))));
        Assert.Equal(50, answers.Count(answer => answer.Code == 201));
        Assert.All(answers.Where(answer => answer.Code != 201), answer => Assert.Equal("insufficient-balance", answer.Expect(409).Problem));
        Assert.Equal(0, await _shop.BalanceAsync(user));
        Assert.Equal(40_000 - 50, (await Task.WhenAll(products.Select(_shop.StockAsync))).Sum());
    }
}
