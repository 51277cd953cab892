using Commerce.Shared.Cart;
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
        Gen.Const((CartChange)new CartChange.Clear()),
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 5], Gen.Long[1, 9]).Select((order, sku, quantity) =>
            (CartChange)new CartChange.Settle($"o-{order}", [new CartItem($"p{sku}", quantity)])));

    private static ShoppingCart After(params CartChange[] changes) => changes.Aggregate(Empty, (cart, change) => CartRules.Apply(cart, change, Now).Value!);

    private static IEnumerable<(string, long)> ItemsOf(ShoppingCart cart) => cart.Items.Select(item => (item.ProductId, item.Quantity));

    [Fact]
    public void A_cart_holds_what_a_plain_count_says_after_any_changes() => Changes.Array[0, 50].Sample(changes =>
    {
        var (expected, settled) = (new Dictionary<string, long>(), new HashSet<string>());
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
                case CartChange.Settle settle when settled.Add(settle.OrderId):
                    var (productId, bought) = (settle.Bought[0].ProductId, settle.Bought[0].Quantity);
                    if (expected.GetValueOrDefault(productId) - bought is > 0 and var left)
                        expected[productId] = left;
                    else
                        expected.Remove(productId);
                    break;
            }
        }
        Assert.Equal(expected.OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value)), ItemsOf(After(changes)).Order());
    });

    [Fact]
    public void A_change_without_effect_gives_the_same_cart_back() => Changes.Array[0, 30].Sample(changes =>
    {
        var cart = After(changes);
        Assert.Same(cart, CartRules.Apply(cart, new CartChange.Remove("never in it"), Now).Value);
        foreach (var item in cart.Items)
            Assert.Same(cart, CartRules.Apply(cart, new CartChange.Set(item.ProductId, item.Quantity), Now).Value);
        foreach (var order in cart.SettledOrders)
            Assert.Same(cart, CartRules.Apply(cart, new CartChange.Settle(order, cart.Items), Now).Value);
    });

    [Fact]
    public void Products_stay_in_the_order_in_which_they_were_first_added()
    {
        var cart = After(new CartChange.Add("b", 1), new CartChange.Add("a", 1), new CartChange.Add("b", 2), new CartChange.Set("a", 7));
        Assert.Equal([("b", 3), ("a", 7)], ItemsOf(cart));
    }

    [Fact]
    public void What_was_added_during_a_checkout_stays_when_the_order_settles()
    {
        var cart = After(
            new CartChange.Add("a", 2), new CartChange.Add("b", 1),
            new CartChange.Add("a", 5), new CartChange.Add("c", 1),
            new CartChange.Settle("o-1", [new("a", 2), new("b", 1)]),
            new CartChange.Settle("o-1", [new("a", 2), new("b", 1)]));
        Assert.Equal([("a", 5), ("c", 1)], ItemsOf(cart));
    }

    [Fact]
    public void A_quantity_beyond_the_bound_is_refused_with_the_field()
    {
        var cart = After(new CartChange.Add("a", Limits.QuantityMax));
        Assert.Equal(Limits.QuantityMax, CartRules.QuantityOf(cart, "a"));
        var refused = CartRules.Apply(cart, new CartChange.Add("a", 1), Now).Failure!;
        Assert.Equal((ErrorCode.Validation, "quantity"), (refused.Code, refused.Errors![0].Field));
    }

    [Fact]
    public void A_full_cart_takes_more_of_what_it_has_and_nothing_else()
    {
        var full = Empty with { Items = [.. Enumerable.Range(0, Limits.CartItemsMax).Select(n => new CartItem($"p{n}", 1))] };
        Assert.True(CartRules.Apply(full, new CartChange.Add("p7", 1), Now).Succeeded);
        Assert.Equal(ErrorCode.CartFull, CartRules.Apply(full, new CartChange.Add("one more", 1), Now).Failure?.Code);
    }

    [Fact]
    public void A_cart_remembers_the_latest_orders_only()
    {
        var cart = After([.. Enumerable.Range(0, CartRules.SettledOrdersMax + 5).Select(n => new CartChange.Settle($"o-{n}", []))]);
        Assert.Equal(CartRules.SettledOrdersMax, cart.SettledOrders.Count);
        Assert.Equal($"o-{CartRules.SettledOrdersMax + 4}", cart.SettledOrders[^1]);
    }
}
