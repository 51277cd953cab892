using System.Diagnostics;
using LocalPlatform.ServiceBus;
using LocalPlatform.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace LocalPlatform.Tests.Hosting;

public class StopTests
{
    private static readonly TimeSpan AtOnceMax = TimeSpan.FromSeconds(1);

    // A busy machine gets more, but less than any wait for a run.
    private static readonly TimeSpan SoonMax = TimeSpan.FromSeconds(9);
    private static readonly TimeSpan AskedAfter = TimeSpan.FromSeconds(10.5);

    /// <summary>Within a second. A busy machine holds up this try or that; who waits for something is held up by it each time.</summary>
    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task An_idle_app_ends_at_once_after_a_signal(string signal)
    {
        var took = TimeSpan.MaxValue;
        for (var tries = 0; tries < 20 && took > AtOnceMax; tries++)
            took = await StopIdleAsync(signal);
        Assert.InRange(took, TimeSpan.Zero, AtOnceMax);
    }

    private static async Task<TimeSpan> StopIdleAsync(string signal)
    {
        using var folder = new TestFolder();
        await using var app = AppProcess.StartInterruptible(nameof(ChildApps.FineAsync), folder);
        using (var http = await app.ConnectAsync())
            await http.GetAsync("/api/fine");
        var since = Stopwatch.GetTimestamp();
        await app.SignalAsync(signal);
        Assert.Equal(0, await app.EndAsync());
        return Stopwatch.GetElapsedTime(since);
    }

    [Fact]
    public async Task A_request_under_way_is_answered()
    {
        await using var host = await StartAsync();
        var answer = host.Http.GetStringAsync("/api/linger");
        await StopWhileInsideAsync(host, "request");
        Assert.Equal("done", await answer);
    }

    [Fact]
    public async Task A_message_under_way_is_settled()
    {
        await using var host = await StartAsync();
        var broker = host.Services.GetRequiredService<ServiceBusBroker>();
        await broker.SendAsync([OutgoingMessage.OfText("linger", "one")]);
        await StopWhileInsideAsync(host, "message");
        Assert.Equal(new EntitySummary("linger", 0, 0), broker.Summaries().Single());
    }

    [Fact]
    public async Task A_timer_under_way_comes_to_its_end()
    {
        await using var host = await StartAsync();
        await host.Http.PostAsync("/admin/functions/LingerTimer", null);
        await StopWhileInsideAsync(host, "timer");
        Assert.Contains("timer done", host.Services.GetRequiredService<Doings>().Seen);
    }

    [Theory]
    [InlineData("request")]
    [InlineData("timer")]
    public async Task A_run_that_goes_on_is_asked_to_end_after_ten_seconds(string kind)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await StartAsync(app => app.Services.AddSingleton<TimeProvider>(time));
        var doings = host.Services.GetRequiredService<Doings>();
        var call = kind == "timer" ? host.Http.PostAsync("/admin/functions/ObedientTimer", null) : host.Http.GetAsync("/api/obedient");
        await Eventually.HoldsAsync(() => doings.Seen.Contains("obedient"));
        var since = time.GetTimestamp();
        var stopping = host.StopAsync();
        await Eventually.HoldsAsync(() =>
        {
            time.Advance(StepOf(time.GetElapsedTime(since), hasHeard: false));
            return doings.Seen.Contains("cancelled");
        });
        Assert.InRange(time.GetElapsedTime(since), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(5));
        await stopping;
        Assert.True((await call).IsSuccessStatusCode);
    }

    /// <summary>It needs a second, which passes only while the test looks; a host that did not wait would have ended long before.</summary>
    [Fact]
    public async Task Who_was_asked_to_end_has_the_time_to()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await StartAsync(app => app.Services.AddSingleton<TimeProvider>(time));
        var doings = host.Services.GetRequiredService<Doings>();
        await host.Http.PostAsync("/admin/functions/TidyTimer", null);
        await Eventually.HoldsAsync(() => doings.Seen.Contains("untidy"));
        var since = time.GetTimestamp();
        var stopping = StopAsync();
        await Eventually.HoldsAsync(() =>
        {
            time.Advance(StepOf(time.GetElapsedTime(since), hasHeard: doings.Seen.Contains("cancelled")));
            return doings.Seen.Contains("tidy");
        });
        await stopping;
        Assert.Equal(["untidy", "cancelled", "tidy", "stopped"], doings.Seen);

        async Task StopAsync()
        {
            await host.StopAsync();
            doings.See("stopped");
        }
    }

    [Fact]
    public async Task A_run_that_ignores_all_does_not_keep_the_host()
    {
        var patience = TimeSpan.FromMilliseconds(200);
        await using var host = await StartAsync(app => app.Services.Configure<HostOptions>(options => options.ShutdownTimeout = patience));
        var doings = host.Services.GetRequiredService<Doings>();
        await host.Http.PostAsync("/admin/functions/LingerTimer", null);
        await Eventually.HoldsAsync(() => doings.Seen.Contains("timer"));
        var since = Stopwatch.GetTimestamp();
        await host.StopAsync();
        Assert.InRange(Stopwatch.GetElapsedTime(since), Eventually.AtLeast(patience), SoonMax);
        Assert.DoesNotContain("timer done", doings.Seen);
    }

    private static Task<FunctionsHost> StartAsync(Action<FunctionsApplicationBuilder>? configure = null) =>
        FunctionsHost.StartAsync([typeof(LingerFunctions)], app =>
        {
            app.Services.AddSingleton<Doings>();
            configure?.Invoke(app);
        });

    /// <summary>
    /// How far the clock goes from look to look. Once a run must have been asked to end it only creeps until that is heard: were it to
    /// leap on, the host would give up before a slow machine has carried the question to the function.
    /// </summary>
    private static TimeSpan StepOf(TimeSpan sinceStop, bool hasHeard) =>
        TimeSpan.FromMilliseconds(sinceStop < AskedAfter ? 500 : hasHeard ? 50 : 5);

    /// <summary>Asks the host to end while a run is under way, and lets that run end only then.</summary>
    private static async Task StopWhileInsideAsync(FunctionsHost host, string run)
    {
        var doings = host.Services.GetRequiredService<Doings>();
        await Eventually.HoldsAsync(() => doings.Seen.Contains(run));
        var stopping = host.StopAsync();
        Assert.False(stopping.IsCompleted);
        doings.LetGo();
        await stopping;
    }
}

/// <summary>What runs have begun and ended, and whether they may end.</summary>
public sealed class Doings
{
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _seen = [];

    public IReadOnlyList<string> Seen
    {
        get
        {
            lock (_seen)
                return [.. _seen];
        }
    }

    public void See(string what)
    {
        lock (_seen)
            _seen.Add(what);
    }

    public void LetGo() => _gate.SetResult();

    public async Task LingerAsync(string what)
    {
        See(what);
        await _gate.Task;
        See(what + " done");
    }
}

public class LingerFunctions(Doings doings, TimeProvider time)
{
    [Function("Linger")]
    public async Task<IResult> Linger([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "linger")] HttpRequest request)
    {
        await doings.LingerAsync("request");
        return Results.Text("done");
    }

    [Function("LingerMessage")]
    public Task LingerMessage([ServiceBusTrigger("linger")] string message) => doings.LingerAsync("message");

    [Function("LingerTimer")]
    public Task LingerTimer([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer) => doings.LingerAsync("timer");

    [Function("Obedient")]
    public async Task<IResult> Obey([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "obedient")] HttpRequest request,
        CancellationToken ct)
    {
        await ObeyAsync(ct);
        return Results.NoContent();
    }

    [Function("ObedientTimer")]
    public Task ObeyTimer([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer, CancellationToken ct) => ObeyAsync(ct);

    [Function("TidyTimer")]
    public async Task Tidy([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer, CancellationToken ct)
    {
        doings.See("untidy");
        await Task.Delay(Timeout.Infinite, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        doings.See("cancelled");
        await Task.Delay(TimeSpan.FromSeconds(1), time, CancellationToken.None);
        doings.See("tidy");
    }

    private async Task ObeyAsync(CancellationToken ct)
    {
        doings.See("obedient");
        await Task.Delay(Timeout.Infinite, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        doings.See("cancelled");
    }
}
