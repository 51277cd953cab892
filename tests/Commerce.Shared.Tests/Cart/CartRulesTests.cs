using Commerce.Shared.Cart;
using Commerce.Shared.Catalog;
using CsCheck;

namespace Commerce.Shared.Tests.Cart;

public sealed class CartRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ShoppingCart Empty = CartRules.Empty("kim", Now);

    private static readonly Gen<CartChange> Changes = Gen.OneOf<CartChange>(
        Gen.Select(Gen.Int[0, 5], Gen.Long[1, 9]).Select((sku, quantity) => (CartChange)new CartChange.Add($"p{sku}", quantity)),
        Gen.Select(Gen.Int[0, 5], Gen.Long[1, 9]).Select((sku, quantity) => (CartChange)new CartChange.Set($"p{sku}", quantity)),
        Gen.Int[0, 5].Select(sku => (CartChange)new CartChange.Remove($"p{sku}")),
        Gen.Const((CartChange)new CartChange.Clear()));

    private static ShoppingCart After(params CartChange[] changes) =>
        changes.Aggregate(Empty, (cart, change) => Apply(cart, change).Value!);

    private static Result<ShoppingCart> Apply(ShoppingCart cart, CartChange change, params (string Id, long Price)[] prices) =>
        CartRules.Apply(cart, change, Catalog(prices), Now);

    private static Dictionary<string, Product> Catalog(params (string Id, long Price)[] prices) => prices.ToDictionary(
        product => product.Id, product => NewProduct.Create(product.Id, product.Id, product.Price, 0, Now, "first").Product);

    private static IEnumerable<(string, long)> ItemsOf(ShoppingCart cart) => cart.Items.Select(item => (item.ProductId, item.Quantity));

    [Fact]
    public void A_cart_holds_what_a_plain_count_says_after_any_changes() => Changes.Array[0, 50].Sample(changes =>
    {
        var expected = new Dictionary<string, long>();
        foreach (var change in changes)
        {
            switch (change)
            {
                case CartChange.Add add:
                    expected[add.ProductId] = expected.GetValueOrDefault(add.ProductId) + add.Quantity;
                    break;
                case CartChange.Set set:
                    expected[set.ProductId] = set.Quantity;
                    break;
                case CartChange.Remove remove:
                    expected.Remove(remove.ProductId);
                    break;
                case CartChange.Clear:
                    expected.Clear();
                    break;
            }
        }
        Assert.Equal(expected.OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value)), ItemsOf(After(changes)).Order());
    });

    [Fact]
    public void A_change_without_effect_gives_the_same_cart_back() => Changes.Array[0, 30].Sample(changes =>
    {
        var cart = After(changes);
        Assert.Same(cart, Apply(cart, new CartChange.Remove("never in it")).Value);
        foreach (var item in cart.Items)
            Assert.Same(cart, Apply(cart, new CartChange.Set(item.ProductId, item.Quantity)).Value);
    });

    [Fact]
    public void Products_stay_in_the_order_in_which_they_were_first_added()
    {
        var cart = After(new CartChange.Add("b", 1), new CartChange.Add("a", 1), new CartChange.Add("b", 2), new CartChange.Set("a", 7));
        Assert.Equal([("b", 3), ("a", 7)], ItemsOf(cart));
    }

    [Fact]
    public void What_a_rejected_order_gives_back_lies_where_it_lay_and_nothing_that_was_added_is_lost() =>
        Gen.Select(Changes.Array[1, 30], Changes.Array[0, 30]).Sample((before, meanwhile) =>
        {
            var full = After(before);
            var emptied = CartRules.CheckOut(full, "o-1", Now);
            Assert.Empty(emptied.Items);
            var later = meanwhile.Aggregate(emptied, (cart, change) => Apply(cart, change).Value!);
            var back = CartRules.GiveBack(later, "o-1", full.Items, Now);
            Assert.Equal(full.Items.Select(item => item.ProductId), back.Items.Take(full.Items.Count).Select(item => item.ProductId));
            Assert.Equal(
                full.Items.Concat(later.Items).GroupBy(item => item.ProductId).Select(same => (same.Key, same.Sum(item => item.Quantity)))
                    .Order(),
                ItemsOf(back).Order());
        });

    [Fact]
    public void A_cart_that_was_given_back_too_much_takes_nothing_more_until_some_is_taken_out()
    {
        var full = Empty with
        {
            Items = [.. Enumerable.Range(0, Limits.CartItemsMax)
            .Select(n => new CartItem($"p{n}", Limits.QuantityMax))]
        };
        var over = CartRules.GiveBack(After(new CartChange.Add("p0", 1), new CartChange.Add("new", 1)), "o-1", full.Items, Now);
        Assert.Equal((Limits.CartItemsMax + 1, Limits.QuantityMax + 1), (over.Items.Count, CartRules.QuantityOf(over, "p0")));
        Assert.Equal(ErrorCode.CartFull, Apply(over, new CartChange.Add("another", 1)).Failure?.Code);
        Assert.Equal(ErrorCode.Validation, Apply(over, new CartChange.Add("p0", 1)).Failure?.Code);
        Assert.Equal(5, CartRules.QuantityOf(Apply(over, new CartChange.Set("p0", 5)).Value!, "p0"));
    }

    /// <summary>As when many checkouts were under way at once, all of them large: a document has an end.</summary>
    [Fact]
    public void What_rejected_orders_give_back_beyond_twice_a_cart_is_left_out()
    {
        var cart = Empty;
        for (var order = 0; order < 4; order++)
            cart = CartRules.GiveBack(cart, $"o-{order}", Items(order * 1_000), Now);

        Assert.Equal(Limits.ReturnedItemsMax, cart.Items.Count);
        Assert.Equal(Items(2_000).Take(400), cart.Items.Take(400));
        Assert.Equal(Items(1_000).Concat(Items(0)), cart.Items.Skip(400));

        // Of what is there already more comes back, as far as the bound of the pieces.
        cart = CartRules.GiveBack(cart, "o-4", [new("p3999", 1), new("p1999", Limits.QuantityMax)], Now);
        Assert.Equal((Limits.ReturnedItemsMax, new CartItem("p1999", 2 * Limits.QuantityMax)), (cart.Items.Count, cart.Items[0]));

        static CartItem[] Items(int first) =>
            [.. Enumerable.Range(first, 1_000).Select(static n => new CartItem($"p{n:D4}", Limits.QuantityMax + 1))];
    }

    [Fact]
    public void A_quantity_beyond_the_bound_is_refused_with_the_field()
    {
        var cart = After(new CartChange.Add("a", Limits.QuantityMax));
        Assert.Equal(Limits.QuantityMax, CartRules.QuantityOf(cart, "a"));
        var refused = Apply(cart, new CartChange.Add("a", 1)).Failure!;
        Assert.Equal((ErrorCode.Validation, "quantity"), (refused.Code, refused.Errors![0].Field));
    }

    [Fact]
    public void A_full_cart_takes_more_of_what_it_has_and_nothing_else()
    {
        var full = Empty with { Items = [.. Enumerable.Range(0, Limits.CartItemsMax).Select(n => new CartItem($"p{n}", 1))] };
        Assert.True(Apply(full, new CartChange.Add("p7", 1)).Succeeded);
        Assert.Equal(ErrorCode.CartFull, Apply(full, new CartChange.Add("one more", 1)).Failure?.Code);
    }

    [Fact]
    public void A_cart_takes_what_can_be_paid_for_at_the_prices_seen_and_nothing_beyond() => Gen.Select(
            Gen.Select(Gen.Long[Limits.QuantityMax - 9, Limits.QuantityMax],
                Gen.OneOf(Gen.Const(0L), Gen.Const(1L), Gen.Long[Limits.PriceMax - 1, Limits.PriceMax])).Array[8, 12],
            Gen.Long[1, Limits.QuantityMax])
        .Sample((lines, more) =>
        {
            var prices = lines.Select((line, i) => ($"p{i}", line.Item2)).ToArray();
            var (cart, total) = (Empty, 0L);
            foreach (var (i, (quantity, price)) in lines.Index())
            {
                var result = Apply(cart, i % 2 == 0 ? new CartChange.Add($"p{i}", quantity) : new CartChange.Set($"p{i}", quantity),
                    prices);
                Assert.Equal(total + (quantity * price) <= Limits.MoneyMax, result.Succeeded);
                Assert.Equal(result.Succeeded ? null : "quantity", result.Failure?.Errors![0].Field);
                (cart, total) = result.Succeeded ? (result.Value, total + (quantity * price)) : (cart, total);
                Assert.Equal(total, CartRules.TotalAmount(cart, Catalog(prices)));
            }
            // Fewer pieces are taken whatever they cost.
            foreach (var item in cart.Items)
                Assert.True(Apply(cart, new CartChange.Set(item.ProductId, Math.Min(more, item.Quantity)),
                    [.. prices.Select(product => (product.Item1, Limits.PriceMax))]).Succeeded);
        });

    [Fact]
    public void A_total_that_cannot_be_held_is_none()
    {
        var cart = Empty with
        {
            Items = [.. Enumerable.Range(0, 2 * Limits.CartItemsMax)
            .Select(n => new CartItem($"p{n}", 2 * Limits.QuantityMax))]
        };
        Assert.Null(CartRules.TotalAmount(cart, Catalog([.. cart.Items.Select(item => (item.ProductId, Limits.PriceMax))])));
        Assert.Equal(0, CartRules.TotalAmount(cart, Catalog()));
    }

    [Fact]
    public void What_a_cart_does_not_take_is_refused_in_words_and_numbers()
    {
        var full = Empty with { Items = [.. Enumerable.Range(0, Limits.CartItemsMax).Select(n => new CartItem($"p{n}", 1))] };
        FailureTests.AssertTold(
            """
            {"Code":"cart-full","Detail":"A cart holds at most 1200 products.",
            "Errors":[{"Field":"productId","Message":"would be one product too many"}],"Available":1200}
            """,
            Apply(full, new CartChange.Add("one more", 1)).Failure);
        FailureTests.AssertTold(
            """
            {"Code":"validation","Detail":"quantity: would make 1000001 of this product; a cart holds at most 1000000",
            "Errors":[{"Field":"quantity","Message":"would make 1000001 of this product; a cart holds at most 1000000"}],
            "ProductId":"p0","Requested":1000001,"Available":1000000}
            """,
            Apply(full, new CartChange.Add("p0", Limits.QuantityMax)).Failure);
        var dear = Empty with { Items = [.. Enumerable.Range(0, 9).Select(n => new CartItem($"p{n}", Limits.QuantityMax))] };
        FailureTests.AssertTold(
            """
            {"Code":"validation","Detail":"quantity: must not bring the cart to more than 9007199254740991 won in all",
            "Errors":[{"Field":"quantity","Message":"must not bring the cart to more than 9007199254740991 won in all"}],
            "ProductId":"p9"}
            """,
            Apply(dear, new CartChange.Set("p9", Limits.QuantityMax), [.. Enumerable.Range(0, 10).Select(n => ($"p{n}", Limits.PriceMax))])
                .Failure);
    }

    [Fact]
    public void A_change_is_recorded_with_its_time_and_that_of_an_order_with_its_name()
    {
        var (later, products) = (Now.AddDays(1), new Dictionary<string, Product>());
        var cart = After(new CartChange.Add("a", 1), new CartChange.Add("b", 1));
        Assert.Equal("kim", cart.UserId);
        CartChange[] changes =
            [new CartChange.Add("a", 1), new CartChange.Set("c", 1), new CartChange.Remove("a"), new CartChange.Clear()];
        Assert.All(changes, change => Assert.Equal(later, CartRules.Apply(cart, change, products, later).Value!.UpdatedAt));
        Assert.Equal([("b", 1)], ItemsOf(CartRules.Apply(cart, new CartChange.Remove("a"), products, later).Value!));
        Assert.Same(Empty, CartRules.Apply(Empty, new CartChange.Clear(), products, later).Value);

        var out1 = CartRules.CheckOut(cart, "o-1", later);
        Assert.Equal(("o-1", later), (out1.Revisions, out1.UpdatedAt));
        var back = CartRules.GiveBack(out1, "o-1", cart.Items, later.AddDays(1));
        Assert.Equal(("back-o-1 o-1", later.AddDays(1)), (back.Revisions, back.UpdatedAt));
    }

    [Fact]
    public void Only_what_adds_and_sets_puts_something_in()
    {
        Assert.Equal(new CartItem("a", 3), CartRules.PutIn(new CartChange.Add("a", 3)));
        Assert.Equal(new CartItem("b", 4), CartRules.PutIn(new CartChange.Set("b", 4)));
        Assert.Null(CartRules.PutIn(new CartChange.Remove("a")));
        Assert.Null(CartRules.PutIn(new CartChange.Clear()));
    }
}
