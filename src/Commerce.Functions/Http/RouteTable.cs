using System.Reflection;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Azure.Functions.Worker;

namespace Commerce.Functions.Http;

/// <summary>The routes of an app's functions, to tell a wrong method from a wrong path.</summary>
internal sealed class RouteTable
{
    private readonly List<(TemplateMatcher Matcher, string[] Methods)> _routes;

    public RouteTable(Assembly assembly)
    {
        _routes =
        [
            .. from type in assembly.GetExportedTypes()
               from method in type.GetMethods()
               from parameter in method.GetParameters()
               let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
               where trigger is { Route: not null, Methods.Length: > 0 }
               select (new TemplateMatcher(TemplateParser.Parse(trigger.Route!), []), trigger.Methods),
        ];
    }

    /// <summary>Methods that a path answers to, in upper case and sorted; empty when there is no such path.</summary>
    /// <param name="path">The path below the route prefix, decoded, without a leading slash.</param>
    public IReadOnlyList<string> MethodsAt(string path)
    {
        var methods = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (matcher, routeMethods) in _routes)
        {
            if (matcher.TryMatch(new PathString($"/{path}"), []))
                methods.UnionWith(routeMethods.Select(static method => method.ToUpperInvariant()));
        }
        // Which there are can be asked for wherever there are any.
        if (methods.Count > 0)
            methods.Add(HttpMethods.Options);
        return [.. methods];
    }
}
