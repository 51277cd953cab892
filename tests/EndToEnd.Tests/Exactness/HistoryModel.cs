using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Exactness;

/// <summary>
/// What a shop that does one step at a time would have to do to answer as was answered. An order holds its money first, so that one that
/// cannot be paid touches nothing; it takes its lines one by one in ascending product, and pays; a checkout takes what it buys out of the
/// cart in the step that holds the money. What is refused after that is put back.
/// </summary>
/// <param name="productIds">Ids of the products, ascending.</param>
/// <param name="users">How many users there are.</param>
/// <param name="isSpread">True when stocks lie in several partitions.</param>
internal sealed class HistoryModel(IReadOnlyList<string> productIds, int users, bool isSpread = false)
{
    private int Products => productIds.Count;

    /// <summary>
    /// The shop's numbers: of each product stock and price, of each user balance, what is free of it, and pieces in the cart.
    /// </summary>
    public long[] Cells(IReadOnlyList<long> stocks, IReadOnlyList<long> prices, IReadOnlyList<long> balances) =>
        [.. stocks, .. prices, .. balances, .. balances, .. new long[users * Products]];

    public HistoryPlan PlanOf(Operation operation, Answer answer) => operation switch
    {
        Operation.Charge charge => HistoryPlan.Of(
            new(Free(charge.User), charge.Amount), new(Balance(charge.User), charge.Amount, answer.Expect(201).Number("balance"))),
        Operation.ReadBalance read => HistoryPlan.Of(
            new(Balance(read.User), After: answer.Expect(200).Number("balance")),
            new(Free(read.User), After: answer.Number("balance") - answer.Number("held"))),
        Operation.ReadProduct read => HistoryPlan.Of(
            new(Stock(read.Product), After: answer.Expect(200).Number("stock")), new(Price(read.Product), After: answer.Number("price"))),
        Operation.SetPrice set when answer.Expect(200).Number("price") == set.Price =>
            HistoryPlan.Of(new Change(Price(set.Product), Set: set.Price)),
        Operation.Adjust adjust when answer.Code == 409 => HistoryPlan.Of(Refusal(Stock(adjust.Product), answer)),
        Operation.Adjust adjust => HistoryPlan.Of(new Change(
            // Of a spread stock it says what lies in one partition.
            Stock(adjust.Product), adjust.Delta, answer.Expect(200, 201).Code > 0 && isSpread ? null : answer.Number("stock"))),
        Operation.AddToCart add when answer.Expect(200, 201).Code > 0 =>
            HistoryPlan.Of(new Change(Cart(add.User, add.Product), add.Quantity)),
        Operation.ReadCart read => HistoryPlan.Of([.. InCart(read.User, LinesIn(answer.Expect(200)), 0, isAll: true)]),
        Operation.Order order => OrderPlan(order, answer),
        Operation.Cancel cancel when answer.Expect(200).Text("status") == "cancelled" => CancelPlan(cancel.Of, answer),
        _ => throw new ArgumentException($"Nobody should answer {operation} with {answer}", nameof(answer)),
    };

    private HistoryPlan OrderPlan(Operation.Order order, Answer answer)
    {
        if (answer.Expect(201, 409).Code == 201)
            return PaidPlan(order, answer);
        return answer.Problem switch
        {
            "cart-empty" => HistoryPlan.Of([.. InCart(order.User, [], 0, isAll: true)]),
            "insufficient-balance" => PoorPlan(order, answer),
            "price-changed" => PriceChangedPlan(order.User, order.Lines[0], answer),
            _ => OutOfStockPlan(order, answer),
        };
    }

    private HistoryPlan PaidPlan(Operation.Order order, Answer answer)
    {
        Assert.Equal("paid", answer.Text("status"));
        var (total, sold) = (answer.Number("totalAmount"), SoldIn(answer));
        Assert.Equal(order.Lines, sold.Select(line => (line.Product, line.Quantity)));
        Assert.Equal(total, order.ExpectedTotal ?? total);
        return new(
            [
                Hold(order, -total),
                .. sold.Select(line => new Step(new(Stock(line.Product), -line.Quantity), new(Price(line.Product), After: line.UnitPrice))),
                new Step(new Change(Balance(order.User), -total)),
            ],
            []);
    }

    /// <summary>Refused at the door: a look at the cart, if it came from one, and a look at the money.</summary>
    private HistoryPlan PoorPlan(Operation.Order order, Answer answer) => new(
        [.. order.FromCart ? [new Step([.. InCart(order.User, order.Lines, 0, isAll: true)])] : Array.Empty<Step>(),
            new Step(Refusal(Free(order.User), answer))], []);

    private HistoryPlan OutOfStockPlan(Operation.Order order, Answer answer)
    {
        Assert.Equal("insufficient-stock", answer.Problem);
        var refusedAt = order.Lines.ToList().FindIndex(line => productIds[line.Product] == answer.Text("productId"));
        Assert.Equal(order.Lines[refusedAt].Quantity, answer.Number("requested"));
        var held = order.Lines.Take(refusedAt).ToList();
        return new(
            [
                Hold(order, -order.Total),
                .. held.Select(line => new Step(new Change(Stock(line.Product), -line.Quantity))),
                new Step(Refusal(Stock(order.Lines[refusedAt].Product), answer)),
            ],
            [.. PutBack(held), Hold(order, order.Total)]);
    }

    /// <summary>Refused before its money was held, or when its line was to be taken.</summary>
    private HistoryPlan PriceChangedPlan(int user, (int Product, long Quantity) line, Answer answer)
    {
        var (expected, actual) = (answer.Number("expectedTotalAmount"), answer.Number("totalAmount"));
        Assert.NotEqual(expected, actual);
        var seen = new Step(new Change(Price(line.Product), After: actual / line.Quantity));
        return new([seen], [])
        {
            Or = new([new Step(new Change(Free(user), -expected)), seen, new Step(new Change(Free(user), expected))], []),
        };
    }

    private HistoryPlan CancelPlan(Operation.Order order, Answer answer)
    {
        var total = answer.Number("totalAmount");
        return new([new Step(new(Free(order.User), total), new(Balance(order.User), total))], [.. PutBack(order.Lines)]);
    }

    /// <summary>Money that is held and the cart that goes with it, or both given free.</summary>
    private Step Hold(Operation.Order order, long amount) =>
        new([new Change(Free(order.User), amount), .. order.FromCart ? InCart(order.User, order.Lines, Math.Sign(amount), isAll: amount < 0)
            : []]);

    /// <summary>What a cart gives or gets back; where it is all that is in it, nothing may be left besides.</summary>
    private IEnumerable<Change> InCart(int user, IReadOnlyList<(int Product, long Quantity)> lines, int sign, bool isAll) =>
        from product in Enumerable.Range(0, Products)
        let quantity = lines.FirstOrDefault(line => line.Product == product).Quantity
        where isAll || quantity > 0
        select new Change(Cart(user, product), sign * quantity, isAll ? (sign == 0 ? quantity : 0) : null);

    private static Change Refusal(int cell, Answer answer)
    {
        Assert.True(answer.Number("available") < answer.Number("requested"), answer.Body);
        return new(cell, After: answer.Number("available"));
    }

    private static Step[] PutBack(IEnumerable<(int Product, long Quantity)> lines) =>
        [.. lines.Select(line => new Step(new Change(Stock(line.Product), line.Quantity)))];

    private List<(int Product, long Quantity, long UnitPrice)> SoldIn(Answer answer) =>
        [.. answer.Json.GetProperty("lines").EnumerateArray().Select(line => (
            productIds.ToList().IndexOf(line.GetProperty("productId").GetString()!),
            line.GetProperty("quantity").GetInt64(),
            line.GetProperty("unitPrice").GetInt64()))];

    private List<(int Product, long Quantity)> LinesIn(Answer cart) => [.. cart.Json.GetProperty("items").EnumerateArray().Select(item =>
        (productIds.ToList().IndexOf(item.GetProperty("productId").GetString()!), item.GetProperty("quantity").GetInt64()))];

    private static int Stock(int product) => product;

    private int Price(int product) => Products + product;

    private int Balance(int user) => (2 * Products) + user;

    private int Free(int user) => (2 * Products) + users + user;

    private int Cart(int user, int product) => (2 * Products) + (2 * users) + (user * Products) + product;
}
