using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LocalPlatform.Functions;

/// <summary>
/// Calls a function's method. Binding of the parameters and the call are compiled into one delegate at the first run, so that a
/// start does not pay for functions that never run, and a run pays for no reflection.
/// </summary>
internal sealed class FunctionInvoker(FunctionDescriptor function)
{
    private readonly Lazy<Func<Invocation, object?, ValueTask<object?>>> _call = new(() => Compile(function));
    private readonly Lazy<ObjectFactory> _create =
        new(() => ActivatorUtilities.CreateFactory(function.Method.DeclaringType!, Type.EmptyTypes));
    private readonly bool _disposes = typeof(IDisposable).IsAssignableFrom(function.Method.DeclaringType)
        || typeof(IAsyncDisposable).IsAssignableFrom(function.Method.DeclaringType);

    /// <summary>The parameter that is read from the request's body, if there is one.</summary>
    public ParameterInfo? BodyParameter { get; } =
        function.Method.GetParameters().FirstOrDefault(p => p.IsDefined(typeof(FromBodyAttribute), false));

    /// <summary>What the method returns once awaited; <see cref="void"/> for none.</summary>
    public static Type ResultType(MethodInfo method)
    {
        var type = method.ReturnType;
        if (type == typeof(Task) || type == typeof(ValueTask))
            return typeof(void);
        return IsGenericTask(type) ? type.GetGenericArguments()[0] : type;
    }

    /// <summary>The parameters that cannot be bound, in words.</summary>
    public IEnumerable<string> Problems()
    {
        var run = Expression.Parameter(typeof(Invocation));
        foreach (var parameter in function.Method.GetParameters())
        {
            if (ParameterBinding.Bind(parameter, function.Trigger, run) is null)
                yield return $"Function '{function.Name}' ({function.EntryPoint}): the parameter '{parameter.Name}' of type "
                    + $"{parameter.ParameterType.Name} cannot be bound in a function with {function.Trigger.Kind}.";
        }
    }

    /// <summary>Runs the function. An exception is the function's own, unwrapped.</summary>
    public ValueTask<object?> InvokeAsync(Invocation run)
    {
        if (function.Method.IsStatic)
            return _call.Value(run, null);
        var instance = _create.Value(run.InstanceServices, null);
        return _disposes ? InvokeAndDisposeAsync(run, instance) : _call.Value(run, instance);
    }

    private async ValueTask<object?> InvokeAndDisposeAsync(Invocation run, object instance)
    {
        try
        {
            return await _call.Value(run, instance);
        }
        finally
        {
            if (instance is IAsyncDisposable asynchronous)
                await asynchronous.DisposeAsync();
            else
                ((IDisposable)instance).Dispose();
        }
    }

    private static Func<Invocation, object?, ValueTask<object?>> Compile(FunctionDescriptor function)
    {
        var method = function.Method;
        var run = Expression.Parameter(typeof(Invocation), "run");
        var instance = Expression.Parameter(typeof(object), "instance");
        var call = Expression.Call(
            method.IsStatic ? null : Expression.Convert(instance, method.DeclaringType!),
            method,
            method.GetParameters().Select(p => ParameterBinding.Bind(p, function.Trigger, run)!));
        return Expression.Lambda<Func<Invocation, object?, ValueTask<object?>>>(Awaited(call), run, instance).Compile();
    }

    /// <summary>The call with its result, awaited and boxed, whatever the method returns.</summary>
    private static Expression Awaited(MethodCallExpression call)
    {
        if (call.Type == typeof(void))
            return Expression.Block(call, Expression.Default(typeof(ValueTask<object?>)));
        var adapter = call.Type switch
        {
            { } type when type == typeof(Task) => Adapter(nameof(FromTask)),
            { } type when type == typeof(ValueTask) => Adapter(nameof(FromValueTask)),
            { } type when IsGenericTask(type) => Adapter(
                type.GetGenericTypeDefinition() == typeof(Task<>) ? nameof(FromTaskOf) : nameof(FromValueTaskOf),
                type.GetGenericArguments()[0]),
            { } type => Adapter(nameof(FromValue), type),
        };
        return Expression.Call(adapter, call);
    }

    private static MethodInfo Adapter(string name, Type? result = null)
    {
        var method = typeof(FunctionInvoker).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!;
        return result is null ? method : method.MakeGenericMethod(result);
    }

    private static bool IsGenericTask(Type type) => type.IsGenericType
        && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>));

    private static ValueTask<object?> FromValue<T>(T value) => new(value);

    private static async ValueTask<object?> FromTask(Task task)
    {
        await task;
        return null;
    }

    private static ValueTask<object?> FromTaskOf<T>(Task<T> task)
    {
        return task.IsCompletedSuccessfully ? new(task.Result) : Await(task);

        static async ValueTask<object?> Await(Task<T> task) => await task;
    }

    private static ValueTask<object?> FromValueTask(ValueTask task) => FromTask(task.AsTask());

    private static ValueTask<object?> FromValueTaskOf<T>(ValueTask<T> task) =>
        task.IsCompletedSuccessfully ? new(task.Result) : FromTaskOf(task.AsTask());
}
