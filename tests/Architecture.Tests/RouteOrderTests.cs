using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace Architecture.Tests;

/// <summary>
/// The genuine host sorts functions by name, ignoring case, and the first whose template and method match takes the request; what ASP.NET
/// Core would prefer does not count. So names are chosen such that nobody stands in front of somebody more special.
/// </summary>
public sealed class RouteOrderTests
{
    private const string Scheme =
        "The host takes functions in the order of their names. Where an address has a fixed word, it is Get... or List...; "
        + "the one thing whose id comes last in the address is Show...; WhateverElse takes the rest. See CONTRIBUTING.md.";

    [Fact]
    public void No_function_takes_the_requests_of_one_that_comes_after_it()
    {
        var routes = Routes().ToList();
        Assert.NotEmpty(routes);
        var shadowed = Shadowed(routes).ToList();
        Assert.True(shadowed.Count == 0, string.Join('\n', [Scheme, .. shadowed]));
    }

    [Theory]
    [InlineData("GetProduct", "products/{productId}", "GetTopProducts", "products/top", "get")]
    [InlineData("Fallback", "{*path}", "HealthReady", "health/ready", "get")]
    [InlineData("GetProduct", "products/{productId?}", "ListProducts", "products", "get")]
    [InlineData("GetProduct", "products/{productId=top}", "ListProducts", "products", "get")]
    [InlineData("getproduct", "Products/{id}", "GetTopProducts", "products/TOP", "GET")]
    [InlineData("A", "{user}/cart", "B", "kim/{thing}", "get")]
    [InlineData("A", "files/{*rest}", "B", "files", "get")]
    [InlineData("A", "{one}/{two}", "B", "{first}/{second}", "get")]
    [InlineData("A", "v{version}", "B", "v1", "get")]
    public void Whoever_stands_in_the_way_is_found(string first, string firstRoute, string second, string secondRoute, string method)
    {
        HttpRoute[] routes = [new(second, secondRoute, method), new(first, firstRoute, "get")];
        Assert.Equal([$"{second} ({secondRoute}) never gets all that is its own: {first} ({firstRoute}) comes first"], Shadowed(routes));
        Assert.Single(Shadowed([new(first, firstRoute), routes[0]]));
    }

    [Theory]
    [InlineData("GetTopProducts", "products/top", "ShowProduct", "products/{productId}", "get")]
    [InlineData("HealthReady", "health/ready", "WhateverElse", "{*path}", "get")]
    [InlineData("ListProducts", "products", "ShowProduct", "products/{productId?}", "get")]
    [InlineData("A", "products/{productId}", "B", "products/{productId}/sales", "get")]
    [InlineData("A", "products/{productId}", "B", "products/top", "put")]
    [InlineData("A", "files/{name}", "B", "files/{*rest}", "get")]
    public void Whoever_comes_first_with_good_reason_is_let_be(string first, string firstRoute, string second, string secondRoute,
        string method) =>
        Assert.Empty(Shadowed([new(second, secondRoute, method), new(first, firstRoute, "get")]));

    /// <summary>A line for each function that another one stands in front of.</summary>
    private static IEnumerable<string> Shadowed(IEnumerable<HttpRoute> routes)
    {
        var sorted = routes.OrderBy(static route => route.Name, StringComparer.OrdinalIgnoreCase).ToList();
        return
            from later in Enumerable.Range(0, sorted.Count)
            from earlier in Enumerable.Range(0, later)
            where sorted[earlier].Shadows(sorted[later])
            select $"{sorted[later].Name} ({sorted[later].Route}) never gets all that is its own: {sorted[earlier].Name} "
                + $"({sorted[earlier].Route}) comes first";
    }

    private static IEnumerable<HttpRoute> Routes() =>
        from type in Assemblies.Functions.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        let function = method.GetCustomAttribute<FunctionAttribute>()
        where function is not null
        let http = method.GetParameters().Select(static parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>())
            .FirstOrDefault(static trigger => trigger is not null)
        where http is not null
        select new HttpRoute(function.Name, http.Route ?? function.Name, http.Methods ?? []);
}
