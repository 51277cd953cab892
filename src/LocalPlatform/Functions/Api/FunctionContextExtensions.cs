using LocalPlatform.Functions;
using Microsoft.AspNetCore.Http;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>The HTTP side of a run.</summary>
public static class FunctionContextExtensions
{
    /// <summary>The request's context, or null when the run was not triggered by HTTP.</summary>
    public static HttpContext? GetHttpContext(this FunctionContext context) => (context as Invocation)?.HttpContext;
}

/// <summary>The data of a run's bindings.</summary>
public static class FunctionContextBindingFeatureExtensions
{
    /// <summary>The result of the run, which a middleware may read and replace.</summary>
    public static InvocationResult GetInvocationResult(this FunctionContext context) => new((Invocation)context);
}

/// <summary>The result of a run.</summary>
public class InvocationResult
{
    private readonly Invocation _invocation;

    internal InvocationResult(Invocation invocation) => _invocation = invocation;

    /// <summary>What the function returned, or what a middleware put in its place.</summary>
    public object? Value
    {
        get => _invocation.Result;
        set => _invocation.Result = value;
    }
}
