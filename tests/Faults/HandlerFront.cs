using LocalPlatform.Cosmos;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Faults;

/// <summary>Serves by HTTP on loopback what a handler answers that stands for Cosmos DB.</summary>
public sealed class HandlerFront : IAsyncDisposable
{
    private readonly HttpMessageInvoker _invoker;
    private readonly WebApplication _app;

    public HandlerFront(HttpMessageHandler handler)
    {
        _invoker = new HttpMessageInvoker(handler);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = [] });
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(ServeAsync);
    }

    /// <summary>For a Cosmos client in another process, once it is started.</summary>
    public string ConnectionString => $"AccountEndpoint={_app.Urls.First()}/;AccountKey={LocalCosmos.WellKnownKey};";

    public Task StartAsync() => _app.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _invoker.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        using var request = await ReadAsync(context);
        try
        {
            using var response = await _invoker.SendAsync(request, CancellationToken.None);
            await WriteAsync(context.Response, response);
        }
        catch (HttpRequestException)
        {
            context.Abort();
        }
    }

    private static async Task<HttpRequestMessage> ReadAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), $"http://{context.Request.Host}{target}");
        if (context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0)
        {
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            request.Content = new ByteArrayContent(body.ToArray());
        }
        foreach (var (name, values) in context.Request.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
        }
        return request;
    }

    private static async Task WriteAsync(HttpResponse to, HttpResponseMessage from)
    {
        to.StatusCode = (int)from.StatusCode;
        foreach (var (name, values) in from.Headers.NonValidated)
            to.Headers.Append(name, values.ToString());
        var body = await from.Content.ReadAsByteArrayAsync();
        if (body.Length == 0)
            return;
        to.ContentType = from.Content.Headers.ContentType?.ToString();
        to.ContentLength = body.Length;
        await to.Body.WriteAsync(body);
    }
}
