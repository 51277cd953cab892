using Commerce.Functions.Http;

namespace Commerce.Functions.Tests.Http;

public class RouteTableTests
{
    private static readonly RouteTable Routes = new(typeof(RouteTable).Assembly);

    [Theory]
    [InlineData("products", "GET, HEAD, OPTIONS")]
    [InlineData("PRODUCTS/p-1", "GET, HEAD, OPTIONS")]
    [InlineData("users/kim/orders", "GET, HEAD, OPTIONS, POST")]
    [InlineData("nothing", "")]
    [InlineData("products/a/b", "")]
    public void A_path_has_the_methods_of_all_functions_there(string path, string methods) =>
        Assert.Equal(methods, string.Join(", ", Routes.MethodsAt(path)));

    /// <summary>What the path of <c>/api/%2570roducts</c> is: decoded, it has a percent sign of its own.</summary>
    [Fact]
    public void A_path_is_not_decoded_again() => Assert.Empty(Routes.MethodsAt("%70roducts"));
}
