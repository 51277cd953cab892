using System.Linq.Expressions;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace LocalPlatform.Functions;

/// <summary>
/// How the value of one parameter is taken from a run, as an expression: the invoker compiles all parameters and the call into
/// one delegate.
/// </summary>
internal static class ParameterBinding
{
    /// <summary>The expression, or null when a parameter of this kind cannot be bound in this function.</summary>
    public static Expression? Bind(ParameterInfo parameter, TriggerBinding trigger, ParameterExpression run)
    {
        var type = parameter.ParameterType;
        if (parameter == trigger.Parameter)
            return BindTrigger(type, trigger, run);
        if (type == typeof(FunctionContext))
            return run;
        if (type == typeof(CancellationToken))
            return Expression.Property(run, nameof(Invocation.CancellationToken));
        if (type == typeof(DurableTaskClient) && parameter.IsDefined(typeof(DurableClientAttribute), false))
            return Call(nameof(Client), run);
        return trigger switch
        {
            HttpBinding http => BindHttp(parameter, http, run),
            ActivityBinding when parameter.Name == "instanceId" && type == typeof(string) =>
                Call(nameof(Metadata), run, Expression.Constant("instanceId")),
            ServiceBusBinding { IsBatched: false } when ServiceBusMetadata.Names.Contains(parameter.Name!) && TextValue.CanParse(type) =>
                FromText(type, Call(nameof(Metadata), run, Expression.Constant(ServiceBusMetadata.Names.First(
                    n => n.Equals(parameter.Name, StringComparison.OrdinalIgnoreCase))))),
            _ => null,
        };
    }

    private static Expression? BindTrigger(Type type, TriggerBinding trigger, ParameterExpression run) => trigger switch
    {
        HttpBinding => BindRequest(type, run),
        TimerBinding when type == typeof(TimerInfo) => TriggerValue(type, run),
        OrchestrationBinding when type == typeof(TaskOrchestrationContext) => TriggerValue(type, run),
        ServiceBusBinding { IsBatched: true } when !type.IsArray || type == typeof(byte[]) => null,
        ServiceBusBinding or ActivityBinding when !type.IsByRef && !type.IsPointer => TriggerValue(type, run),
        _ => null,
    };

    private static Expression? BindHttp(ParameterInfo parameter, HttpBinding http, ParameterExpression run)
    {
        var type = parameter.ParameterType;
        if (BindRequest(type, run) is { } request)
            return request;
        if (parameter.IsDefined(typeof(FromBodyAttribute), false))
            return Expression.Convert(Expression.Property(run, nameof(Invocation.Body)), type);
        return RouteNames.Of(http.Route).Contains(parameter.Name!) && TextValue.CanParse(type)
            ? FromText(type, Call(nameof(RouteValue), run, Expression.Constant(parameter.Name!)))
            : null;
    }

    private static MemberExpression? BindRequest(Type type, ParameterExpression run)
    {
        var context = Expression.Property(run, nameof(Invocation.HttpContext));
        if (type == typeof(HttpContext))
            return context;
        return type == typeof(HttpRequest) ? Expression.Property(context, nameof(HttpContext.Request)) : null;
    }

    private static UnaryExpression TriggerValue(Type type, ParameterExpression run) =>
        Expression.Convert(Expression.Property(run, nameof(Invocation.TriggerValue)), type);

    private static Expression FromText(Type type, Expression text) => type == typeof(string)
        ? text
        : Expression.Call(typeof(TextValue), nameof(TextValue.Parse), [type], text);

    private static MethodCallExpression Call(string method, params Expression[] arguments) =>
        Expression.Call(typeof(ParameterBinding).GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic)!, arguments);

    private static DurableTaskClient Client(Invocation run) => run.InstanceServices.GetRequiredService<DurableTaskClient>();

    private static string? RouteValue(Invocation run, string name) => run.HttpContext!.Request.RouteValues[name]?.ToString();

    private static string? Metadata(Invocation run, string name) =>
        run.BindingContext.BindingData.GetValueOrDefault(name)?.ToString()?.Trim('"');
}
