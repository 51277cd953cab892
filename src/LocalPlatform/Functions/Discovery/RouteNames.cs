using Microsoft.AspNetCore.Routing.Patterns;

namespace LocalPlatform.Functions;

/// <summary>What can be read off a route template without running it.</summary>
internal static class RouteNames
{
    /// <summary>The names of the template's parameters.</summary>
    /// <exception cref="FunctionsStartupException">The template is malformed.</exception>
    public static IReadOnlySet<string> Of(string route) =>
        Parse(route).Parameters.Select(p => p.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The template with its parameters' names left out: templates of one shape match the same paths.</summary>
    public static string Shape(string route) => string.Join('/', Parse(route).PathSegments.Select(segment =>
        string.Concat(segment.Parts.Select(part => part switch
        {
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternSeparatorPart separator => separator.Content,
            RoutePatternParameterPart parameter =>
                $"{{{(parameter.IsCatchAll ? "*" : "")}{string.Join(':', parameter.ParameterPolicies.Select(p => p.Content))}}}",
            _ => "",
        }))));

    private static RoutePattern Parse(string route)
    {
        try
        {
            return RoutePatternFactory.Parse(route);
        }
        catch (RoutePatternException malformed)
        {
            throw new FunctionsStartupException($"The route '{route}' is malformed: {malformed.Message}");
        }
    }
}
