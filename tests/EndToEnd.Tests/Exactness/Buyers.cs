using System.Collections.Concurrent;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Exactness;

/// <summary>
/// Buyers who go on whatever happens to the shop, and remember every order they wanted and every answer they got. Their orders are of
/// one to three lines, some are cancelled, some cannot be paid.
/// </summary>
internal sealed class Buyers(int seed, string prefix)
{
    private const int Count = 16;
    private const int Products = 5;
    private const int Users = 6;

    private readonly ConcurrentDictionary<string, Wish> _wishes = new();
    private int _rounds;
    private int _answers;

    /// <summary>Answers that orders got so far.</summary>
    public int Answers => _answers;

    /// <summary>Everything anybody ever wanted.</summary>
    public IReadOnlyCollection<Wish> Wishes => (IReadOnlyCollection<Wish>)_wishes.Values;

    /// <summary>Spreads the stock of all products, and takes it together again, until the shop goes away.</summary>
    public async Task SpreadAsync(ShopClient shop, CancellationToken stop)
    {
        var random = Seed.Of(seed, _rounds);
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await shop.SetShardsAsync(ProductId(random.Next(Products)), random.Next(5));
                await Task.Delay(random.Next(20), CancellationToken.None);
            }
        }
        catch (HttpRequestException)
        {
            // Whatever it was in the middle of, the next round goes on with it.
        }
    }

    public async Task PrepareAsync(ShopClient shop)
    {
        for (var i = 0; i < Products; i++)
            await shop.AddProductAsync(price: 10 + i, stock: 400, ProductId(i));
        for (var i = 0; i < Users; i++)
            await shop.AddUserAsync(2_500, UserId(i));
    }

    /// <summary>Buys until the shop goes away or <paramref name="stop"/> says so.</summary>
    public Task ShopAsync(ShopClient shop, CancellationToken stop)
    {
        var round = Interlocked.Increment(ref _rounds);
        return Task.WhenAll(Enumerable.Range(0, Count).Select(buyer => RunAsync(shop, round, buyer, stop)));
    }

    /// <summary>Asks again for everything that was never answered, as a client does after a break.</summary>
    public Task RepeatUnansweredAsync(ShopClient shop) => Parallel.ForEachAsync(
        _wishes.Values.Where(wish => wish.Answer is null),
        async (wish, _) => wish.Note(await History.UntilAnsweredAsync(() => OrderAsync(shop, wish))));

    /// <summary>Asks again for a few orders that were answered: the answer must be the same.</summary>
    public async Task AssertAnswersStandAsync(ShopClient shop, int count)
    {
        var random = new Random(seed);
        foreach (var wish in _wishes.Values.Where(wish => wish.Answer is not null && !wish.CancellationSent).OrderBy(_ => random.Next())
            .Take(count))
        {
            var again = await History.UntilAnsweredAsync(() => OrderAsync(shop, wish));
            Assert.True(wish.Answer!.Code == again.Code && wish.Answer.Body == again.Body,
                $"Seed {seed}: {wish.Answer.Body} became {again.Body}");
        }
    }

    private string ProductId(int product) => $"{prefix}-p{product}";

    private string UserId(int user) => $"{prefix}-u{user}";

    private async Task RunAsync(ShopClient shop, int round, int buyer, CancellationToken stop)
    {
        var random = Seed.Of(seed, round, buyer);
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var lines = Enumerable.Range(0, random.Next(1, 4)).Select(_ => (ProductId(random.Next(Products)), (long)random.Next(1, 3)))
                .ToArray();
            var wish = new Wish(UserId(random.Next(Users)), $"{round}-{buyer}-{i}", lines);
            _wishes[wish.Key] = wish;
            try
            {
                var answer = await OrderAsync(shop, wish);
                if (answer.Code is 201 or 409)
                    wish.Note(answer);
                Interlocked.Increment(ref _answers);
                if (answer.Code == 201 && random.Next(4) == 0)
                    await CancelAsync(shop, wish, answer.Text("orderId"));
                if (answer.Code == 201 && random.Next(4) == 0)
                    await shop.ChargeAsync(wish.UserId, answer.Number("totalAmount"), $"back-{wish.Key}");
            }
            catch (HttpRequestException)
            {
                // The shop is gone. This one stays unanswered.
                return;
            }
        }
    }

    private static async Task CancelAsync(ShopClient shop, Wish wish, string orderId)
    {
        wish.CancellationSent = true;
        if ((await shop.CancelAsync(wish.UserId, orderId)).Code == 200)
            wish.CancellationAnswered = true;
    }

    private static Task<Answer> OrderAsync(ShopClient shop, Wish wish) => shop.OrderAsync(wish.UserId, wish.Key, wish.Lines);
}

/// <summary>An order that somebody wanted.</summary>
internal sealed record Wish(string UserId, string Key, IReadOnlyList<(string ProductId, long Quantity)> Lines)
{
    private Answer? _answer;

    /// <summary>201 or 409 once it was answered.</summary>
    public Answer? Answer => _answer;

    public bool CancellationSent { get; set; }

    public bool CancellationAnswered { get; set; }

    public void Note(Answer answer) => _answer = answer;
}
