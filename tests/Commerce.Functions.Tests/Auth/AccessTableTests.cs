using Commerce.Functions.Auth;

namespace Commerce.Functions.Tests.Auth;

/// <summary>The table of who may call what, and what it is a table of.</summary>
public sealed class AccessTableTests
{
    [Fact]
    public void Each_HTTP_function_is_in_the_table_and_nothing_else_is() => Assert.Equal(
        HttpFunction.All.Select(function => function.Name).Order(StringComparer.Ordinal),
            AccessTable.All.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void What_is_not_in_the_table_is_for_nobody() => Assert.Null(AccessTable.Find("SomethingNew"));

    /// <summary>
    /// A rule about the user of a route that has none would let nobody in, and one that has one and asks for none lets everybody in.
    /// </summary>
    [Fact]
    public void Routes_with_a_user_are_the_users() => Assert.All(
        HttpFunction.All, function =>
            Assert.Equal(function.Route.StartsWith("users/{userId}", StringComparison.Ordinal),
                AccessTable.Find(function.Name)!.Need == Need.User));

    [Fact]
    public void Routes_of_operators_need_a_scope() => Assert.All(
        HttpFunction.All, function =>
            Assert.Equal(function.Route.StartsWith("ops/", StringComparison.Ordinal), AccessTable.Find(function.Name)!.Need == Need.Scope));

    /// <summary>What only the user may do, and those who act for users, is not for those who may read orders.</summary>
    [Fact]
    public void Who_may_read_orders_may_only_read() => Assert.All(
        HttpFunction.All.Where(function => AccessTable.Find(function.Name) is { Need: Need.User, Scope: not null }),
        function => Assert.Equal("get", function.Methods[0]));

    [Fact]
    public void What_moves_money_or_stock_of_users_takes_of_the_share_of_orders() => Assert.Equal(
        ["ChargeBalance", "CheckoutCart", "PostCancellation", "PostOrder"],
        AccessTable.All.Where(row => row.Value.Share == Share.Orders).Select(row => row.Key).Order(StringComparer.Ordinal));
}
