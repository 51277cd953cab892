using LocalPlatform.Worker;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace LocalPlatform.Http;

/// <summary>Hands requests on to the web servers of workers in processes of their own, with the forwarder that the original uses.</summary>
internal sealed class WorkerProxy(IHttpForwarder forwarder) : IDisposable
{
    // By it an answer says which worker gave it.
    private const string WorkerHeader = "x-local-worker";

    // As long as the original waits.
    private static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = TimeSpan.FromSeconds(240) };

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false
    });

    /// <summary>
    /// Answers a request as the worker does; false, and 502 or a broken connection for the caller, when the worker cannot be asked.
    /// </summary>
    public async Task<bool> TryForwardAsync(HttpContext http, WorkerConnection worker)
    {
        http.Response.Headers[WorkerHeader] = worker.Id;
        return await forwarder.SendAsync(http, worker.HttpAddress!, _client, Config) == ForwarderError.None;
    }

    public void Dispose() => _client.Dispose();
}
