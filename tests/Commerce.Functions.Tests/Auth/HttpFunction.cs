using System.Reflection;
using System.Text;
using Commerce.Functions.Auth;
using Commerce.Functions.Http;
using Commerce.Functions.Tests.Durable;
using Commerce.Functions.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Commerce.Functions.Tests.Auth;

/// <summary>
/// An HTTP function of the app, to be called as the host calls it: through the middleware, with the parameters of its route.
/// </summary>
internal sealed record HttpFunction(string Name, string Route, string[] Methods, MethodInfo Method)
{
    public static IReadOnlyList<HttpFunction> All { get; } =
    [
        .. from type in typeof(AccessTable).Assembly.GetExportedTypes()
           from method in type.GetMethods()
           let trigger = method.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>())
               .FirstOrDefault(found => found is not null)
           where trigger is not null
           select new HttpFunction(method.GetCustomAttribute<FunctionAttribute>()!.Name, trigger.Route!, trigger.Methods ?? ["get"],
               method),
    ];

    /// <summary>Calls it.</summary>
    /// <param name="app">The services of the app.</param>
    /// <param name="auth">What stands before it.</param>
    /// <param name="token">Who calls; null for nobody.</param>
    /// <param name="userId">The user of the route.</param>
    public async Task<Call> CallAsync(IServiceProvider app, AuthMiddleware auth, string? token, string userId)
    {
        var http = Request(app, token);
        var route = new Dictionary<string, object?>
        {
            ["userId"] = userId,
            ["productId"] = "p-1",
            ["orderId"] = "o-1",
            ["eventId"] = "e-1",
            ["folder"] = "app",
            ["file"] = "main.js",
            ["path"] = "none",
        };
        var run = new FakeRun(app, Name, route) { Items = new Dictionary<object, object> { ["HttpRequestContext"] = http } };
        var isReached = false;
        await new ProblemMiddleware(NullLogger<ProblemMiddleware>.Instance).Invoke(run, context => auth.Invoke(context, async _ =>
        {
            isReached = true;
            await RunAsync(app, http, run, route);
        }));
        return new(isReached, http.Response);
    }

    private DefaultHttpContext Request(IServiceProvider app, string? token)
    {
        var http = new DefaultHttpContext { RequestServices = app };
        http.Request.Method = Methods[0].ToUpperInvariant();
        http.Request.Path = $"/api/{Route}";
        http.Response.Body = new MemoryStream();
        if (token is not null)
            http.Request.Headers.Authorization = $"Bearer {token}";
        if (http.Request.Method is "POST" or "PUT")
            (http.Request.Body, http.Request.ContentType) = (new MemoryStream(Encoding.UTF8.GetBytes("{}")), "application/json");
        return http;
    }

    private async Task RunAsync(IServiceProvider app, HttpContext http, FakeRun run, Dictionary<string, object?> route)
    {
        var instance = Method.IsStatic ? null : ActivatorUtilities.CreateInstance(app, Method.DeclaringType!);
        object?[] arguments = [.. Method.GetParameters().Select(parameter => parameter.ParameterType switch
        {
            var type when type == typeof(HttpRequest) => http.Request,
            var type when type == typeof(FunctionContext) => run,
            var type when type == typeof(DurableTaskClient) => new FakeDurable(),
            _ => route[parameter.Name!],
        })];
        var result = Method.Invoke(instance, arguments);
        await (result is Task<IResult> task ? await task : (IResult)result!).ExecuteAsync(http);
    }

    /// <param name="IsReached">Whether the function was.</param>
    /// <param name="Response">The answer.</param>
    public sealed record Call(bool IsReached, HttpResponse Response);
}
