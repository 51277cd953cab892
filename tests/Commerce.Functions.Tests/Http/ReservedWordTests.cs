using System.Reflection;
using Commerce.Functions.Console;
using Commerce.Functions.Http;
using Commerce.Shared;
using CsCheck;
using Microsoft.Azure.Functions.Worker;

namespace Commerce.Functions.Tests.Http;

/// <summary>
/// No id hides a route, and no route an id: where a route has an id and another a word, the word is no such id, in any case. A new route
/// with a new word fails here until the word is reserved.
/// </summary>
public sealed class ReservedWordTests
{
    /// <summary>What may stand in a route's parameter.</summary>
    private static readonly Dictionary<string, Func<string, bool>> Ids = new()
    {
        ["userId"] = id => Identifiers.IsUserId(id),
        ["productId"] = id => Identifiers.IsProductId(id),
        ["orderId"] = id => OperationId.IsOrder(id),
        // Made by the shop: the order's id and what happened to it.
        ["eventId"] = id => id.Split('.') is [var order, "paid" or "cancelled"] && OperationId.IsOrder(order),
        ["folder"] = id => ConsoleFiles.Paths.Any(path => path.StartsWith($"{id}/", StringComparison.OrdinalIgnoreCase)),
        ["file"] = id => ConsoleFiles.Paths.Any(path => path.EndsWith($"/{id}", StringComparison.OrdinalIgnoreCase)),
    };

    private static readonly string[][] Routes =
    [
        .. from type in typeof(ProblemTable).Assembly.GetExportedTypes()
           from method in type.GetMethods()
           from parameter in method.GetParameters()
           let route = parameter.GetCustomAttribute<HttpTriggerAttribute>()?.Route
           where route is not null && !route.StartsWith("{*", StringComparison.Ordinal)
           select route.Split('/'),
    ];

    /// <summary>Parameters, and the words that stand in their place in other routes.</summary>
    private static IEnumerable<(string Parameter, string Word)> Pairs() => (
        from route in Routes
        from at in Enumerable.Range(0, route.Length)
        where IsParameter(route[at])
        from other in Routes
        where other.Length > at && !IsParameter(other[at]) && route[..at].Zip(other[..at]).All(pair => MayMeet(pair.First, pair.Second))
        select (route[at].Trim('{', '}'), other[at])).Distinct();

    private static bool IsParameter(string segment) => segment.StartsWith('{');

    private static bool MayMeet(string one, string other) =>
        IsParameter(one) || IsParameter(other) || one.Equals(other, StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void A_word_of_a_route_is_no_id_in_its_place() => Gen.Bool.Array[64].Sample(
        upper => Assert.All(Pairs(), pair => Assert.False(Ids[pair.Parameter](InCase(pair.Word, upper)), $"{pair}")),
        iter: 100);

    [Fact]
    public void The_words_beside_ids_are_known() => Assert.Equal(
        ["eventId pause", "eventId redelivery", "eventId resume", "eventId status", "folder config.json", "productId import",
            "productId top"],
        Pairs().Select(pair => $"{pair.Parameter} {pair.Word}").Order(StringComparer.Ordinal));

    [Fact]
    public void Every_parameter_of_a_route_has_a_rule() =>
        Assert.Empty(Routes.SelectMany(route => route.Where(IsParameter)).Select(segment => segment.Trim('{', '}')).Except(Ids.Keys));

    private static string InCase(string word, bool[] upper) =>
        string.Concat(word.Select((letter, i) => upper[i % upper.Length] ? char.ToUpperInvariant(letter) : char.ToLowerInvariant(letter)));
}
