using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalPlatform.Durable.Tests.Oracle;

/// <summary>Suspension, termination, ids used twice, versions, tags, custom status.</summary>
internal static class LifecycleScenarios
{
    public static IEnumerable<Scenario> All =>
    [
        new("suspend and resume", functions => functions.Orchestrator("Pauses", WaitAsync), async log =>
        {
            await StartAsync(log, "Pauses", "pauses");
            await log.Client.SuspendInstanceAsync("pauses", "lunch");
            await log.UntilAsync("pauses", found => found.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
            await log.Client.RaiseEventAsync("pauses", "go", "late");
            await log.UntilAsync("pauses", found => found.LastUpdatedAt > found.CreatedAt);
            log.Note("status with an event waiting", (await log.Client.GetInstanceAsync("pauses"))?.RuntimeStatus);
            await log.Client.ResumeInstanceAsync("pauses");
            await log.EndAsync("pauses");
        }),

        new("suspend with work out", functions => functions
            .Orchestrator("Works", async context =>
            {
                context.SetCustomStatus("working");
                var first = await context.CallActivityAsync<int>("Slow");
                return first + await context.CallActivityAsync<int>("Slow");
            })
            .Activity<object?, int>("Slow", async (_, ct) =>
            {
                await Task.Delay(100, ct);
                return 1;
            }), async log =>
            {
                await StartAsync(log, "Works", "works");
                await log.Client.SuspendInstanceAsync("works");
                await log.UntilAsync("works", found => found.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
                await log.Client.ResumeInstanceAsync("works");
                await log.EndAsync("works");
            }),

        new("terminate", functions => functions.Orchestrator("Waits", WaitAsync), async log =>
        {
            await StartAsync(log, "Waits", "waits");
            await log.Client.TerminateInstanceAsync("waits", new { Why = "enough" });
            await log.EndAsync("waits");
        }),

        new("terminate while suspended", functions => functions.Orchestrator("Rests", WaitAsync), async log =>
        {
            await StartAsync(log, "Rests", "rests");
            await log.Client.SuspendInstanceAsync("rests");
            await log.UntilAsync("rests", found => found.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
            await log.Client.TerminateInstanceAsync("rests");
            await log.EndAsync("rests");
        }),

        new("id of an ended instance", functions => functions.Orchestrator(
            "Twice", (TaskOrchestrationContext _, string input) => Task.FromResult(input)), async log =>
            {
                await log.Client.ScheduleNewOrchestrationInstanceAsync("Twice", "first", new StartOrchestrationOptions("twice"));
                await log.WaitForEndAsync("twice");
                await log.Client.ScheduleNewOrchestrationInstanceAsync("Twice", "second", new StartOrchestrationOptions("twice"));
                await log.UntilAsync("twice", found => found.SerializedOutput == "\"second\"");
                await log.EndAsync("twice");
            }),

        new("id of a running instance", functions => functions.Orchestrator(
                "Insists", async (TaskOrchestrationContext context, string input) =>
                    input + await context.WaitForExternalEvent<string>("go")), async log =>
            {
                await log.Client.ScheduleNewOrchestrationInstanceAsync("Insists", "first ", new StartOrchestrationOptions("insists"));
                await log.Client.WaitForInstanceStartAsync("insists");
                await log.TryAsync("second start", () => log.Client.ScheduleNewOrchestrationInstanceAsync(
                    "Insists", "second ", new StartOrchestrationOptions("insists")));
                await log.Client.RaiseEventAsync("insists", "go", "goes on");
                await log.EndAsync("insists");
            }),

        new("id of a running instance, to be kept", functions => functions.Orchestrator("Keeps", WaitAsync), async log =>
        {
            await StartAsync(log, "Keeps", "keeps");
            await log.TryAsync("second start", () => log.Client.ScheduleNewOrchestrationInstanceAsync(
                "Keeps", new StartOrchestrationOptions("keeps").WithDedupeStatuses(OrchestrationRuntimeStatus.Running)));
            await log.Client.RaiseEventAsync("keeps", "go", "on");
            await log.EndAsync("keeps");
            await log.TryAsync("start after its end", () => log.Client.ScheduleNewOrchestrationInstanceAsync(
                "Keeps", new StartOrchestrationOptions("keeps").WithDedupeStatuses(OrchestrationRuntimeStatus.Completed)));
        }),

        new("versions", functions => functions
            .Orchestrator("Versioned", async (TaskOrchestrationContext context, string? before) =>
            {
                if (before is null)
                {
                    context.ContinueAsNew(new ContinueAsNewOptions { NewInput = context.Version, NewVersion = "2.0" });
                    return "";
                }
                var child = await context.CallSubOrchestratorAsync<string>(
                    "VersionedChild", null, new SubOrchestrationOptions { Version = "3.0" });
                var unversioned = await context.CallSubOrchestratorAsync<string>("VersionedChild");
                return $"{before} then {context.Version}, child {child}, other child {unversioned}";
            })
            .Orchestrator("VersionedChild", context => Task.FromResult($"'{context.Version}'")), async log =>
            {
                await log.Client.ScheduleNewOrchestrationInstanceAsync(
                    "Versioned", new StartOrchestrationOptions { InstanceId = "versioned", Version = "1.0" });
                await log.EndAsync("versioned");
            }),

        new("tags", functions => functions
            .Orchestrator("Tagged", async context =>
            {
                await context.CallActivityAsync<int>("TaggedStep", null, new TaskOptions(tags: Tags("step", "one")));
                return await context.CallSubOrchestratorAsync<int>(
                    "TaggedChild", null, new SubOrchestrationOptions(new TaskOptions(tags: Tags("role", "child")), "tagged-child"));
            })
            .Orchestrator("TaggedChild", _ => Task.FromResult(1))
            .Activity<object?, int>("TaggedStep", _ => 1), async log =>
            {
                await log.Client.ScheduleNewOrchestrationInstanceAsync(
                    "Tagged", new StartOrchestrationOptions("tagged") { Tags = Tags("shop", "berlin") });
                log.Note("tags of the parent", Text((await log.EndAsync("tagged")).Tags));
                log.Note("tags of the child", Text((await log.WaitForEndAsync("tagged-child")).Tags));
            }),

        new("custom status", functions => functions.Orchestrator("Shows", async context =>
            {
                context.SetCustomStatus(new { Progress = "half" });
                await context.WaitForExternalEvent<string>("go");
                context.SetCustomStatus(null);
                return 1;
            }), async log =>
            {
                await log.Client.ScheduleNewOrchestrationInstanceAsync("Shows", new StartOrchestrationOptions("shows"));
                await log.UntilAsync("shows", found => found.SerializedCustomStatus == """{"Progress":"half"}""");
                await log.Client.RaiseEventAsync("shows", "go", "on");
                await log.EndAsync("shows");
            }),

        new("start at a time", functions => functions.Orchestrator("Late", _ => Task.FromResult("in time")), async log =>
        {
            await log.Client.ScheduleNewOrchestrationInstanceAsync(
                "Late", new StartOrchestrationOptions("late", DateTimeOffset.UtcNow.AddHours(1)));
            // Whoever does not wait for the hour has ended when this has.
            await log.Client.ScheduleNewOrchestrationInstanceAsync("Naps", new StartOrchestrationOptions("nap-of-late"));
            await log.WaitForEndAsync("nap-of-late");
            log.Note("status before its time", (await log.Client.GetInstanceAsync("late"))?.RuntimeStatus);
        }),
    ];

    private static async Task<string> WaitAsync(TaskOrchestrationContext context)
    {
        context.SetCustomStatus("waiting");
        return await context.WaitForExternalEvent<string>("go");
    }

    private static async Task StartAsync(Transcript log, string orchestrator, string id)
    {
        await log.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, new StartOrchestrationOptions(id));
        await log.UntilAsync(id, found => found.SerializedCustomStatus is not null);
    }

    private static Dictionary<string, string> Tags(string name, string value) => new() { [name] = value };

    private static string Text(IReadOnlyDictionary<string, string> tags) =>
        string.Join(' ', tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}"));
}
