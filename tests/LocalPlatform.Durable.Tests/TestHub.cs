using LocalPlatform.Durable;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace LocalPlatform.Durable.Tests;

/// <summary>An engine on a temporary file, with a clock that the test moves. It can be stopped and started again on the same file.</summary>
internal sealed class TestHub : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durable-");
    private readonly IDurableFunctions _functions;
    private readonly DurableOptions _options;
    private readonly ILoggerFactory _logging;

    private TestHub(IDurableFunctions functions, DurableOptions options, ILoggerFactory logging, FakeTimeProvider time)
    {
        Time = time;
        _functions = functions;
        _options = options;
        _logging = logging;
        Engine = NewEngine(functions);
    }

    public FakeTimeProvider Time { get; }

    public DurableEngine Engine { get; private set; }

    public DurableTaskClient Client => Engine.Client;

    public string File => Path.Combine(_folder.FullName, "durable.db");

    public static async Task<TestHub> StartAsync(
        IDurableFunctions functions,
        DurableOptions? options = null,
        ILoggerFactory? logging = null,
        FakeTimeProvider? time = null,
        string? copyOf = null)
    {
        time ??= new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var hub = new TestHub(functions, options ?? new DurableOptions(), logging ?? NullLoggerFactory.Instance, time);
        if (copyOf is not null)
        {
            await hub.Engine.DisposeAsync();
            System.IO.File.Delete(hub.File);
            System.IO.File.Copy(copyOf, hub.File);
            hub.Engine = hub.NewEngine(functions);
        }
        await hub.Engine.StartAsync();
        return hub;
    }

    /// <summary>Stops without waiting for activities, and starts again, perhaps with other code.</summary>
    public async Task RestartAsync(IDurableFunctions? functions = null, Action<DurableEngine>? beforeStart = null)
    {
        await Engine.DisposeAsync();
        Engine = NewEngine(functions ?? _functions);
        beforeStart?.Invoke(Engine);
        await Engine.StartAsync();
    }

    public async Task<OrchestrationMetadata> RunAsync(string orchestrator, object? input = null, string? id = null)
    {
        var started = await Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions(id));
        return await EndOf(started);
    }

    public async Task<OrchestrationMetadata> EndOf(string id)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        return await Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, deadline.Token);
    }

    /// <summary>Moves the clock to the next timer, and only then, until the instance has ended.</summary>
    public async Task<OrchestrationMetadata> EndWhileTimePasses(string id)
    {
        var end = EndOf(id);
        while (!end.IsCompleted)
        {
            var next = Engine.Runtime.Store.ReadTimers(default, DateTime.MaxValue, limit: 1);
            var wait = next.Count == 0 ? TimeSpan.Zero : next[0].FireAt - Time.GetUtcNow().UtcDateTime;
            if (wait > TimeSpan.Zero)
                Time.Advance(wait + TimeSpan.FromMilliseconds(1));
            await Task.WhenAny(end, Task.Delay(2));
        }
        return await end;
    }

    public async Task Until(string id, Func<OrchestrationMetadata, bool> condition) =>
        await Eventually.HoldsAsync(async () => await Client.GetInstanceAsync(id, getInputsAndOutputs: true) is { } found && condition(found));

    /// <summary>Tampers with the store from outside.</summary>
    public void Sql(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private DurableEngine NewEngine(IDurableFunctions functions) => new(File, functions, _options, Time, _logging);
}
