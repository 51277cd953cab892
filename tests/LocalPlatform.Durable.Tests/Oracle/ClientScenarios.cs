using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalPlatform.Durable.Tests.Oracle;

/// <summary>Queries, purges, restarts, and what clients are refused.</summary>
internal static class ClientScenarios
{
    public static IEnumerable<Scenario> All =>
    [
        new("query", AddEcho, async log =>
        {
            for (var i = 0; i < 5; i++)
                await RunEchoAsync(log, i, $"query-{i}");
            var page = await log.Client.GetAllInstancesAsync(
                new OrchestrationQuery(InstanceIdPrefix: "query-", PageSize: 2)).AsPages().FirstAsync();
            log.Note("instances on the first page", page.Values.Count);
            log.Note("whether there are more", page.ContinuationToken is not null);
            var all = await log.Client.GetAllInstancesAsync(new OrchestrationQuery(
                InstanceIdPrefix: "query-", Statuses: [OrchestrationRuntimeStatus.Completed], FetchInputsAndOutputs: true)).ToListAsync();
            log.Note("ids", string.Join(' ', all.Select(found => found.InstanceId).Order(StringComparer.Ordinal)));
            log.Note("outputs", string.Join(' ', all.Select(found => found.SerializedOutput).Order(StringComparer.Ordinal)));
            log.Note("failed ones", await log.Client.GetAllInstancesAsync(new OrchestrationQuery(
                InstanceIdPrefix: "query-", Statuses: [OrchestrationRuntimeStatus.Failed])).CountAsync());
        }),

        new("purge", AddEcho, async log =>
        {
            await RunEchoAsync(log, 1, "purge-1");
            await log.Client.ScheduleNewOrchestrationInstanceAsync("EchoWaits", new StartOrchestrationOptions("purge-running"));
            await log.UntilAsync("purge-running", found => found.RuntimeStatus == OrchestrationRuntimeStatus.Running);
            log.Note("purged of an ended one", (await log.Client.PurgeInstanceAsync("purge-1")).PurgedInstanceCount);
            log.Note("purged of a running one", (await log.Client.PurgeInstanceAsync("purge-running")).PurgedInstanceCount);
            log.Note("purged of none", (await log.Client.PurgeInstanceAsync("purge-none")).PurgedInstanceCount);
            log.Note("what is left", await log.Client.GetInstanceAsync("purge-1"));
            log.Note("whether the running one is left", await log.Client.GetInstanceAsync("purge-running") is not null);
        }),

        new("purge by time", AddEcho, async log =>
        {
            var created = (await RunEchoAsync(log, 1, "purge-time")).CreatedAt;
            var purged = await log.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(
                created, created, [OrchestrationRuntimeStatus.Completed]));
            log.Note("purged", purged.PurgedInstanceCount);
            log.Note("what is left", await log.Client.GetInstanceAsync("purge-time"));
        }),

        new("restart", AddEcho, async log =>
        {
            await RunEchoAsync(log, 7, "restart");
            var newId = await log.Client.RestartAsync("restart", restartWithNewInstanceId: true);
            log.Note("whether the id is new", newId != "restart");
            log.Note("output of the new one", (await log.WaitForEndAsync(newId)).SerializedOutput);
            log.Note("id of the same one", await log.Client.RestartAsync("restart"));
            await log.EndAsync("restart");
            await log.TryAsync("restart of none", () => log.Client.RestartAsync("restart-none"));
        }),

        new("rewind", AddEcho, async log =>
        {
            await RunEchoAsync(log, 7, "rewind");
            await log.TryAsync("rewind", () => log.Client.RewindInstanceAsync("rewind", "try again"));
        }),

        new("events for nobody", AddEcho, async log =>
        {
            await RunEchoAsync(log, 1, "ended");
            await log.TryAsync("event to an ended instance", () => log.Client.RaiseEventAsync("ended", "late"));
            await log.TryAsync("event to no instance", () => log.Client.RaiseEventAsync("event-nobody", "lost"));
            await log.TryAsync("termination of an ended instance", () => log.Client.TerminateInstanceAsync("ended"));
            await log.EndAsync("ended");
        }) { LeavesAnEvent = true },

        new("unknown instance", AddEcho, async log =>
            log.Note("instance", await log.Client.GetInstanceAsync("never-started"))),

        new("unknown orchestrator", AddEcho, async log =>
            await log.TryAsync("start", () => log.Client.ScheduleNewOrchestrationInstanceAsync("NobodyOrchestrates"))),

        new("malformed id", AddEcho, async log =>
            await log.TryAsync("start", () => log.Client.ScheduleNewOrchestrationInstanceAsync(
                "EchoInput", 1, new StartOrchestrationOptions("a/b")))),

        new("wait for the start", AddEcho, async log =>
        {
            await log.Client.ScheduleNewOrchestrationInstanceAsync("EchoWaits", new StartOrchestrationOptions("start"));
            var started = await log.Client.WaitForInstanceStartAsync("start", getInputsAndOutputs: true);
            log.Note("status", started.RuntimeStatus);
            log.Note("name", started.Name);
            await log.Client.RaiseEventAsync("start", "go", 3);
            await log.EndAsync("start");
        }),

        new("metadata without inputs and outputs", AddEcho, async log =>
        {
            await RunEchoAsync(log, 1, "bare");
            var bare = (await log.Client.GetInstanceAsync("bare"))!;
            log.Note("input, output, status", $"{bare.SerializedInput}, {bare.SerializedOutput}, {bare.SerializedCustomStatus}");
            log.Note("whether times are in order", bare.CreatedAt <= bare.LastUpdatedAt);
        }),

        new("history", AddEcho, async log =>
        {
            await RunEchoAsync(log, 1, "history");
            var history = await log.Client.GetOrchestrationHistoryAsync("history");
            log.Note("events", history.Count == 0 ? null : string.Join(' ', history.Select(e => e.EventType)));
        }),

        new("ids of ended instances", AddEcho, async log =>
        {
            await RunEchoAsync(log, 1, "listed");
            await log.TryAsync("list", () => log.Client.ListInstanceIdsAsync());
        }),
    ];

    // Each scenario brings the same functions: the last to be added stands.
    private static void AddEcho(TestFunctions functions) => functions
        .Orchestrator("EchoInput", (TaskOrchestrationContext _, int input) => Task.FromResult(input))
        .Orchestrator("EchoWaits", async context => await context.WaitForExternalEvent<int>("go"));

    private static async Task<OrchestrationMetadata> RunEchoAsync(Transcript log, int input, string id)
    {
        await log.Client.ScheduleNewOrchestrationInstanceAsync("EchoInput", input, new StartOrchestrationOptions(id));
        return await log.WaitForEndAsync(id);
    }
}
