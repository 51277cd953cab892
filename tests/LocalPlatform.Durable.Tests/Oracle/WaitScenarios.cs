using Microsoft.DurableTask;

namespace LocalPlatform.Durable.Tests.Oracle;

/// <summary>Timers and external events.</summary>
internal static class WaitScenarios
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);

    public static IEnumerable<Scenario> All =>
    [
        new("timers", functions => functions.Orchestrator("Sleeps", async context =>
            {
                var begin = context.CurrentUtcDateTime;
                await context.CreateTimer(begin.AddDays(-1), CancellationToken.None);
                await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => context.CreateTimer(Soon, CancellationToken.None)));
                return context.CurrentUtcDateTime >= begin + Soon;
            }),
            log => log.RunAsync("Sleeps")),

        new("event before the timer", functions => functions.Orchestrator<TimeSpan, string>("Races", RaceAsync), async log =>
        {
            await log.Client.ScheduleNewOrchestrationInstanceAsync("Races", TimeSpan.FromHours(1), new StartOrchestrationOptions("races"));
            await log.Client.RaiseEventAsync("races", "approval", "yes");
            await log.EndAsync("races");
        }),

        new("timer before the event", functions => functions.Orchestrator<TimeSpan, string>("RacesToo", RaceAsync),
            log => log.RunAsync("RacesToo", Soon)),

        new("wait with a timeout", functions => functions.Orchestrator("Hopes", context => HearAsync(context, "approval", Soon)),
            log => log.RunAsync("Hopes")),

        new("events before the wait", functions => functions.Orchestrator("Collects", async context =>
            {
                await context.WaitForExternalEvent<string>("go");
                var first = await context.WaitForExternalEvent<int>("number");
                var second = await context.WaitForExternalEvent<int>("NUMBER");
                return $"{first} {second}";
            }), async log =>
            {
                await log.Client.ScheduleNewOrchestrationInstanceAsync("Collects", new StartOrchestrationOptions("collects"));
                await log.Client.RaiseEventAsync("collects", "Number", 1);
                await log.Client.RaiseEventAsync("collects", "number", 2);
                await log.Client.RaiseEventAsync("collects", "go", "now");
                await log.EndAsync("collects");
            }),

        new("latest wait first", functions => functions.Orchestrator("Stacks", async context =>
            {
                using var giveUp = new CancellationTokenSource();
                var oldest = context.WaitForExternalEvent<int>("n");
                var abandoned = context.WaitForExternalEvent<int>("n", giveUp.Token);
                var latest = context.WaitForExternalEvent<int>("n");
                giveUp.Cancel();
                context.SetCustomStatus("waiting");
                var first = await latest;
                return $"{first} {oldest.IsCompleted} {abandoned.IsCanceled}";
            }), async log =>
            {
                await log.Client.ScheduleNewOrchestrationInstanceAsync("Stacks", new StartOrchestrationOptions("stacks"));
                await log.UntilAsync("stacks", found => found.SerializedCustomStatus is not null);
                await log.Client.RaiseEventAsync("stacks", "n", 10);
                await log.EndAsync("stacks");
            }),

        new("event that cannot be read", functions => functions.Orchestrator(
                "Reads", async context => await context.WaitForExternalEvent<int>("number")), async log =>
            {
                await log.Client.ScheduleNewOrchestrationInstanceAsync("Reads", new StartOrchestrationOptions("reads"));
                await log.Client.RaiseEventAsync("reads", "number", "not a number");
                await log.EndAsync("reads");
            }),

        new("one name, two types", functions => functions.Orchestrator("Mixes", async context =>
            {
                var number = context.WaitForExternalEvent<int>("answer");
                await context.WaitForExternalEvent<string>("ANSWER");
                return await number;
            }),
            log => log.RunAsync("Mixes")),

        new("event from an orchestration", functions => functions
            .Orchestrator("Sends", context =>
            {
                context.SendEvent("receives", "greeting", "hello");
                return Task.FromResult(1);
            })
            .Orchestrator("Receives", async context => await context.WaitForExternalEvent<string>("greeting")), async log =>
            {
                await log.Client.ScheduleNewOrchestrationInstanceAsync("Receives", new StartOrchestrationOptions("receives"));
                await log.RunAsync("Sends");
                await log.EndAsync("receives");
            }),
    ];

    /// <summary>Waits for an event, but not for ever.</summary>
    public static async Task<string> HearAsync(TaskOrchestrationContext context, string name, TimeSpan patience)
    {
        try
        {
            return await context.WaitForExternalEvent<string>(name, patience);
        }
        catch (TaskCanceledException)
        {
            return "nothing came";
        }
    }

    private static async Task<string> RaceAsync(TaskOrchestrationContext context, TimeSpan patience)
    {
        using var stop = new CancellationTokenSource();
        var timer = context.CreateTimer(patience, stop.Token);
        var approval = context.WaitForExternalEvent<string>("approval");
        if (await Task.WhenAny(timer, approval) == timer)
            return "late";
        stop.Cancel();
        return await approval;
    }
}
