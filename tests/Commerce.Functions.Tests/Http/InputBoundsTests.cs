using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using CsCheck;

namespace Commerce.Functions.Tests.Http;

/// <summary>A rule holds at every entrance: each bound is tried at all of them, on both of its sides.</summary>
public sealed class InputBoundsTests(TestStore store) : IClassFixture<TestStore>
{
    private readonly Inputs _inputs = new(store.App);

    private static readonly Gen<string> Words = Gen.Select(OneOf("top", "import", "tops", "imports", "status"), Gen.Bool.Array[7])
        .Select((word, upper) => string.Concat(word.Select((letter, i) => upper[i] ? char.ToUpperInvariant(letter) : letter)));

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Gen<string> IdsOf(string characters) => Gen.Frequency(
        (3, Words), (3, Gen.Char[characters].Array[1, 8].Select(text => new string(text))),
            (2, Gen.Int[62, 66].Select(length => new string('x', length))));

    private static Gen<long> Around(params long[] bounds) => Gen.Select(OneOf(bounds), Gen.Long[-2, 2]).Select((bound, off) => bound + off);

    private static async Task HoldAsync<T>(Gen<T> values, IEnumerable<Input<T>> inputs, Func<T, bool> isGood)
    {
        var all = inputs.ToList();
        await values.SampleAsync(
            async value =>
            {
                foreach (var input in all)
                    Assert.True(isGood(value) != await input.RefusesAsync(value), $"{input.Name} with '{value}'");
            },
            iter: 60, threads: 1, writeLine: TestContext.Current.TestOutputHelper!.WriteLine);
    }

    [Fact]
    public Task A_product_is_called_what_a_product_may_be_called() =>
        HoldAsync(IdsOf("aZ0_.-~:@+|/%#"), _inputs.OfProductIds, id => Identifiers.IsProductId(id));

    [Fact]
    public Task A_user_is_called_what_a_user_may_be_called() =>
        HoldAsync(IdsOf("aZ0_.-~:@+| /%#"), _inputs.OfUserIds, id => Identifiers.IsUserId(id));

    [Fact]
    public Task A_quantity_is_one_to_a_million() =>
        HoldAsync(Around(0, 1, Limits.QuantityMax), _inputs.OfQuantities, number => number is >= 1 and <= Limits.QuantityMax);

    [Fact]
    public Task A_price_is_nothing_to_a_thousand_million() =>
        HoldAsync(Around(0, Limits.PriceMax), _inputs.OfPrices, number => number is >= 0 and <= Limits.PriceMax);

    [Fact]
    public Task A_stock_is_nothing_to_a_thousand_million() =>
        HoldAsync(Around(0, Limits.StockMax), _inputs.OfStocks, number => number is >= 0 and <= Limits.StockMax);

    [Fact]
    public Task A_total_is_what_can_be_held() =>
        HoldAsync(Around(0, Limits.MoneyMax), _inputs.OfExpectedTotals, number => number is >= 0 and <= Limits.MoneyMax);

    [Fact]
    public Task A_key_is_printable_and_short() => HoldAsync(
        Gen.Frequency((1, Gen.Char["aZ~! é\t"].Array[1, 4].Select(text => new string(text))),
            (1, Gen.Int[126, 130].Select(length => new string('k', length)))),
        _inputs.OfKeys,
        key => key.Length <= Limits.IdempotencyKeyLengthMax && key.All(letter => letter is >= '!' and <= '~'));
}
