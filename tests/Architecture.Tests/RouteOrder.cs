using Microsoft.AspNetCore.Routing.Patterns;

namespace Architecture.Tests;

/// <summary>What an HTTP function answers, as the genuine host matches it.</summary>
/// <param name="Name">The function's name, by which the host sorts.</param>
/// <param name="Route">Its template, below the route prefix.</param>
/// <param name="Methods">Its methods; none stands for all of them.</param>
internal sealed record HttpRoute(string Name, string Route, params IReadOnlyList<string> Methods)
{
    private readonly IReadOnlyList<RouteShape> _shapes = RouteShape.Of(RoutePatternFactory.Parse(Route));

    /// <summary>
    /// True when this function takes requests that belong to <paramref name="later"/>: both match some of them, and this one not only
    /// what is special within the other's. Templates that cross (each matches what the other does not) have no right order at all.
    /// </summary>
    public bool Shadows(HttpRoute later) =>
        SharesMethodWith(later) && _shapes.Any(mine => later._shapes.Any(mine.Meets)) && !IsWithin(later);

    private bool IsWithin(HttpRoute other) =>
        _shapes.All(mine => other._shapes.Any(mine.IsWithin)) && !other._shapes.All(others => _shapes.Any(others.IsWithin));

    private bool SharesMethodWith(HttpRoute other) =>
        Methods.Count == 0 || other.Methods.Count == 0 || Methods.Intersect(other.Methods, StringComparer.OrdinalIgnoreCase).Any();
}

/// <summary>The paths of a template with a given number of segments: a word each, or null for any.</summary>
/// <param name="Segments">The segments. Letters have no case.</param>
/// <param name="HasRest">True when any further segments may follow: a catch-all.</param>
internal sealed record RouteShape(IReadOnlyList<string?> Segments, bool HasRest)
{
    /// <summary>The shapes of a template: one, and one more for each segment that may be left out.</summary>
    public static IReadOnlyList<RouteShape> Of(RoutePattern pattern)
    {
        var shapes = new List<RouteShape>();
        var segments = new List<string?>();
        foreach (var segment in pattern.PathSegments)
        {
            var parameter = segment.Parts.OfType<RoutePatternParameterPart>().FirstOrDefault();
            if (parameter is { IsCatchAll: true })
                return [.. shapes, new([.. segments], HasRest: true)];
            if (parameter is { IsOptional: true } or { Default: not null })
                shapes.Add(new([.. segments], HasRest: false));
            segments.Add(segment.IsSimple && segment.Parts[0] is RoutePatternLiteralPart literal ? literal.Content : null);
        }
        return [.. shapes, new(segments, HasRest: false)];
    }

    /// <summary>True when some path has both shapes.</summary>
    public bool Meets(RouteShape other) =>
        Reaches(other) && other.Reaches(this)
            && Pairs(other).All(pair => pair.Mine is null || pair.Other is null || IsSame(pair.Mine, pair.Other));

    /// <summary>True when every path of this shape has the other, too.</summary>
    public bool IsWithin(RouteShape other) =>
        other.Reaches(this) && (!HasRest || other.HasRest) && other.Segments.Count <= Segments.Count
        && Pairs(other).All(pair => pair.Other is null || (pair.Mine is not null && IsSame(pair.Mine, pair.Other)));

    private bool Reaches(RouteShape other) => HasRest || Segments.Count >= other.Segments.Count;

    private IEnumerable<(string? Mine, string? Other)> Pairs(RouteShape other) => Segments.Zip(other.Segments);

    private static bool IsSame(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);
}
