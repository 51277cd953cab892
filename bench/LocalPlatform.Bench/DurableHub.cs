using Grpc.Net.Client;
using LocalPlatform.Durable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Grpc;
using Microsoft.DurableTask.Worker.Grpc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalPlatform.Bench;

/// <summary>
/// An engine as the app has it, but for the host's calls to the worker: the genuine worker's code runs the orchestrations in place, and
/// the genuine client talks to the service over the loopback.
/// </summary>
internal sealed class DurableHub : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;

    private DurableHub(DurableEngine engine, WebApplication app)
    {
        Engine = engine;
        _app = app;
        _channel = GrpcChannel.ForAddress(app.Urls.Single());
        Client = new GrpcDurableTaskClient("bench", new GrpcDurableTaskClientOptions { Channel = _channel }, NullLogger.Instance);
    }

    public DurableEngine Engine { get; }

    public DurableTaskClient Client { get; }

    public static async Task<DurableHub> StartAsync(string file, DurableOptions? options = null)
    {
        var engine = new DurableEngine(file, new FourSteps(), options ?? new DurableOptions(), TimeProvider.System,
            NullLoggerFactory.Instance);
        await engine.StartAsync();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel =>
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddRouting();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(new TaskHubService(engine));
        builder.Logging.SetMinimumLevel(LogLevel.None);
        var app = builder.Build();
        app.MapGrpcService<TaskHubService>();
        await app.StartAsync();
        return new DurableHub(engine, app);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await Engine.DisposeAsync();
        await _app.DisposeAsync();
    }

    private sealed class FourSteps : IDurableFunctions
    {
        private static readonly string[] Steps = ["Reserve", "Pay", "Complete", "Publish"];

        private readonly ITaskOrchestrator _fourSteps = FuncTaskOrchestrator.Create<Order, Order>(async (context, order) =>
        {
            foreach (var step in Steps)
                order = await context.CallActivityAsync<Order>(step, order);
            return order;
        });

        private readonly ITaskOrchestrator _waits = FuncTaskOrchestrator.Create<Order, int>(
            (context, _) => context.WaitForExternalEvent<int>("go"));

        public bool HasOrchestrator(string name) => name is "FourSteps" or "Waits";

        public bool HasActivity(string name) => Steps.Contains(name);

        public Task<byte[]> RunTurnAsync(string orchestrator, string instanceId, ReadOnlyMemory<byte> request, CancellationToken ct) =>
            Task.FromResult(Convert.FromBase64String(GrpcOrchestrationRunner.LoadAndRun(
                Convert.ToBase64String(request.Span), orchestrator == "Waits" ? _waits : _fourSteps)));

        public Task<ActivityOutcome> RunActivityAsync(
            string activity, string instanceId, string? inputJson, string? traceParent, CancellationToken ct) =>
            Task.FromResult(new ActivityOutcome(inputJson, null));
    }
}

/// <summary>The input of the orchestrations that are measured.</summary>
internal sealed record Order(long Number, string ProductId, int Quantity);
