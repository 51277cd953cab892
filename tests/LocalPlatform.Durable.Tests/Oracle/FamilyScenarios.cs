using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalPlatform.Durable.Tests.Oracle;

/// <summary>Sub-orchestrations, and orchestrations that restart as new.</summary>
internal static class FamilyScenarios
{
    public static IEnumerable<Scenario> All =>
    [
        new("sub-orchestration", functions => functions
            .Orchestrator("Parent", async context => await context.CallSubOrchestratorAsync<string>(
                "Child", "hello", new SubOrchestrationOptions(instanceId: "child")))
            .Orchestrator("Child", (TaskOrchestrationContext context, string word) =>
                Task.FromResult($"{context.Parent?.Name.Name}/{context.Parent?.InstanceId}: {word}")),
            async log =>
            {
                await log.RunAsync("Parent");
                await log.EndAsync("child");
            }),

        new("nested sub-orchestrations", functions => functions
            .Orchestrator("Nest", async (TaskOrchestrationContext context, int depth) => depth > 0
                ? (await Task.WhenAll(
                    context.CallSubOrchestratorAsync<int>("Nest", depth - 1),
                    context.CallSubOrchestratorAsync<int>("Nest", depth - 1))).Sum()
                : 1),
            log => log.RunAsync("Nest", 3)),

        new("sub-orchestration that fails", functions => functions
            .Orchestrator("CarelessParent", async context => await context.CallSubOrchestratorAsync<int>("FailingChild"))
            .Orchestrator("FailingChild", async context => await context.CallActivityAsync<int>("FailsInChild"))
            .Activity<object?, int>("FailsInChild", _ => throw new InvalidOperationException("hoarse", new IOException("cold"))),
            log => log.RunAsync("CarelessParent")),

        new("sub-orchestration retried", functions => AddMoody(functions)
            .Orchestrator("PatientParent", async context => await context.CallSubOrchestratorAsync<int>(
                "Moody", 7, new SubOrchestrationOptions(
                    TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromMilliseconds(10))), "moody"))),
            async log =>
            {
                await log.RunAsync("PatientParent");
                await log.EndAsync("moody");
            }),

        new("unknown sub-orchestration", functions => functions.Orchestrator("CallsNoChild", async context =>
            {
                try
                {
                    return await context.CallSubOrchestratorAsync<string>("NoChild");
                }
                catch (TaskFailedException failed)
                {
                    return failed.FailureDetails.ErrorType;
                }
            }),
            log => log.RunAsync("CallsNoChild")),

        new("sub-orchestration terminated", functions => functions
            .Orchestrator("Bereaved", async context => await context.CallSubOrchestratorAsync<int>(
                "Victim", options: new SubOrchestrationOptions(instanceId: "victim")))
            .Orchestrator("Victim", async context => await context.WaitForExternalEvent<int>("never")), async log =>
            {
                await log.Client.ScheduleNewOrchestrationInstanceAsync("Bereaved", new StartOrchestrationOptions("bereaved"));
                await log.UntilAsync("victim", found => found.RuntimeStatus == OrchestrationRuntimeStatus.Running);
                await log.Client.TerminateInstanceAsync("victim", "enough");
                await log.EndAsync("victim");
                await log.EndAsync("bereaved");
            }),

        new("termination of a family", functions => functions
            .Orchestrator("Head", async context => await context.CallSubOrchestratorAsync<int>(
                "Member", options: new SubOrchestrationOptions(instanceId: "member")))
            .Orchestrator("Member", async context => await context.WaitForExternalEvent<int>("never")), async log =>
            {
                await log.Client.ScheduleNewOrchestrationInstanceAsync("Head", new StartOrchestrationOptions("head"));
                await log.UntilAsync("member", found => found.RuntimeStatus == OrchestrationRuntimeStatus.Running);
                await log.Client.TerminateInstanceAsync("head", new TerminateInstanceOptions("enough", Recursive: true));
                await log.EndAsync("head");
                // There is nothing to wait for where the child lives on; another orchestration gives it the time to end.
                await log.Client.ScheduleNewOrchestrationInstanceAsync("Naps", new StartOrchestrationOptions("nap"));
                await log.WaitForEndAsync("nap");
                log.Note("status of the child", (await log.Client.GetInstanceAsync("member"))?.RuntimeStatus);
            }),

        new("restart as new", functions => functions
            .Orchestrator("Counts", async (TaskOrchestrationContext context, int count) =>
            {
                await context.CallActivityAsync<int>("Step", count);
                context.SetCustomStatus(count);
                if (count < 5)
                    context.ContinueAsNew(count + 1);
                return count;
            })
            .Activity<int, int>("Step", i => i)
            .Orchestrator("Naps", async context =>
            {
                await context.CreateTimer(TimeSpan.FromMilliseconds(500), CancellationToken.None);
                return "rested";
            }),
            async log => log.Note("input", (await log.RunAsync("Counts", 1)).SerializedInput)),

        new("restart as new with pending events", functions => functions.Orchestrator(
            "Gathers", (TaskOrchestrationContext context, string? seen) => GatherAsync(context, seen, preserve: true)),
            log => SendNumbersAsync(log, "Gathers", "gathers")),

        new("restart as new without pending events", functions => functions.Orchestrator(
            "Drops", (TaskOrchestrationContext context, string? seen) => GatherAsync(context, seen, preserve: false)),
            log => SendNumbersAsync(log, "Drops", "drops")),

        new("event sent before a restart as new", functions => functions
            .Orchestrator("SendsAndRestarts", (TaskOrchestrationContext context, int generation) =>
            {
                if (generation == 0)
                {
                    context.SendEvent("listens", "greeting", "hello");
                    context.ContinueAsNew(1);
                }
                return Task.FromResult(generation);
            })
            .Orchestrator("Listens", context => WaitScenarios.HearAsync(
                context, "greeting", TimeSpan.FromMilliseconds(500))), async log =>
            {
                await log.Client.ScheduleNewOrchestrationInstanceAsync("Listens", new StartOrchestrationOptions("listens"));
                await log.RunAsync("SendsAndRestarts", 0);
                await log.EndAsync("listens");
            }),

        new("custom status over a restart as new", functions => functions
            .Orchestrator("Reports", async (TaskOrchestrationContext context, int generation) =>
            {
                if (generation == 0)
                {
                    context.SetCustomStatus("of the first");
                    context.ContinueAsNew(1);
                    return 0;
                }
                return await context.WaitForExternalEvent<int>("go");
            }), async log =>
            {
                await log.Client.ScheduleNewOrchestrationInstanceAsync("Reports", 0, new StartOrchestrationOptions("reports"));
                await log.UntilAsync("reports", found => found.RuntimeStatus == OrchestrationRuntimeStatus.Running);
                log.Note("custom status", (await log.Client.GetInstanceAsync("reports", true))?.SerializedCustomStatus);
                await log.Client.RaiseEventAsync("reports", "go", 1);
                await log.EndAsync("reports");
            }),

        new("restart as new for ever", functions => functions.Orchestrator(
            "Ends", (TaskOrchestrationContext context, int count) =>
            {
                if (count < 200)
                    context.ContinueAsNew(count + 1);
                return Task.FromResult(count);
            }),
            log => log.RunAsync("Ends", 0)),
    ];

    private static TestFunctions AddMoody(TestFunctions functions)
    {
        var attempts = 0;
        return functions
            .Orchestrator("Moody", (TaskOrchestrationContext context, int input) => context.CallActivityAsync<int>("Mood", input))
            .Activity<int, int>("Mood", i => Interlocked.Increment(ref attempts) < 3 ? throw new IOException("not now") : i);
    }

    private static async Task<string> GatherAsync(TaskOrchestrationContext context, string? seen, bool preserve)
    {
        if (seen is null)
            await context.WaitForExternalEvent<string>("go");
        else if (!preserve)
            return seen;
        var number = await WaitScenarios.HearAsync(context, "number", TimeSpan.FromMilliseconds(500));
        seen = $"{seen} {number}".Trim();
        if (number is "3" or "nothing came")
            return seen;
        context.ContinueAsNew(seen, preserve);
        return "";
    }

    private static async Task SendNumbersAsync(Transcript log, string orchestrator, string id)
    {
        await log.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, new StartOrchestrationOptions(id));
        for (var i = 1; i <= 3; i++)
            await log.Client.RaiseEventAsync(id, "number", $"{i}");
        await log.Client.RaiseEventAsync(id, "go", "now");
        await log.EndAsync(id);
    }
}
