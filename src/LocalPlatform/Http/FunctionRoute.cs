using LocalPlatform.Hosting;
using LocalPlatform.Settings;
using LocalPlatform.Worker;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;

namespace LocalPlatform.Http;

/// <summary>The route of one HTTP function.</summary>
internal sealed class FunctionRoute
{
    private readonly TemplateMatcher _matcher;
    private readonly IDictionary<string, IRouteConstraint> _constraints;
    private readonly string? _firstLiteral;
    private readonly IReadOnlyList<string> _methods;

    public FunctionRoute(WorkerFunction function, HttpBinding trigger, HostJson hostJson, IInlineConstraintResolver resolver)
    {
        Function = function;
        _methods = trigger.Methods;
        var template = TemplateParser.Parse(Path(hostJson, trigger)[1..]);
        _matcher = new TemplateMatcher(template, Defaults(template));
        _constraints = Constraints(template, resolver);
        // Most templates are told apart by their first literal behind the prefix, at a fraction of the cost of a match.
        _firstLiteral = trigger.Route.Split('/')[0] is { Length: > 0 } first && !first.Contains('{', StringComparison.Ordinal)
            ? Path(hostJson, trigger with { Route = first })
            : null;
    }

    public WorkerFunction Function { get; }

    /// <summary>The path of a function with the route prefix, with a leading slash.</summary>
    public static string Path(HostJson hostJson, HttpBinding trigger) =>
        "/" + string.Join('/', ((string[])[hostJson.RoutePrefix, trigger.Route]).Where(part => part.Length > 0));

    /// <summary>The template, when it is one.</summary>
    /// <exception cref="PlatformStartException">It is malformed.</exception>
    public static string Check(string template)
    {
        try
        {
            TemplateParser.Parse(template);
            return template;
        }
        catch (ArgumentException malformed)
        {
            throw new PlatformStartException($"the route '{template}' is malformed: {malformed.Message}");
        }
    }

    /// <summary>Whether a request is for this function; <paramref name="values"/> then hold the parts of the route.</summary>
    public bool Matches(HttpContext http, RouteValueDictionary values)
    {
        if (_firstLiteral is not null && !http.Request.Path.Value!.StartsWith(_firstLiteral, StringComparison.OrdinalIgnoreCase))
            return false;
        if (_methods.Count > 0 && !_methods.Contains(http.Request.Method, StringComparer.OrdinalIgnoreCase))
            return false;
        values.Clear();
        return _matcher.TryMatch(http.Request.Path, values) && MeetsConstraints(http, values);
    }

    private bool MeetsConstraints(HttpContext http, RouteValueDictionary values)
    {
        foreach (var (name, constraint) in _constraints)
        {
            if (!constraint.Match(http, null, name, values, RouteDirection.IncomingRequest))
                return false;
        }
        return true;
    }

    private static RouteValueDictionary Defaults(RouteTemplate template) =>
        new(template.Parameters.Where(p => p.DefaultValue is not null).ToDictionary(p => p.Name!, p => p.DefaultValue));

    private static IDictionary<string, IRouteConstraint> Constraints(RouteTemplate template, IInlineConstraintResolver resolver)
    {
        var builder = new RouteConstraintBuilder(resolver, template.TemplateText ?? "");
        foreach (var parameter in template.Parameters)
        {
            if (parameter.IsOptional && parameter.InlineConstraints.Any())
                builder.SetOptional(parameter.Name!);
            foreach (var constraint in parameter.InlineConstraints)
                builder.AddResolvedConstraint(parameter.Name!, constraint.Constraint);
        }
        return builder.Build();
    }
}
