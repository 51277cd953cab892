using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalPlatform.Durable.Tests;

public sealed class DeterminismTests
{
    private static TestFunctions Version(Func<TaskOrchestrationContext, Task<int>> code) => new TestFunctions()
        .Orchestrator("Changes", code)
        .Activity<object?, int>("Old", _ => 1)
        .Activity<object?, int>("New", _ => 2);

    private static async Task<string?> FailureAfterChange(
        Func<TaskOrchestrationContext, Task<int>> before, Func<TaskOrchestrationContext, Task<int>> after)
    {
        await using var hub = await TestHub.StartAsync(Version(before));
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Changes");
        await hub.Until(id, found => found.SerializedCustomStatus is not null);
        await hub.RestartAsync(Version(after));
        await hub.Client.RaiseEventAsync(id, "go", 1);
        var ended = await hub.EndOf(id);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, ended.RuntimeStatus);
        Assert.Equal("DurableTask.Core.Exceptions.NonDeterministicOrchestrationException", ended.FailureDetails?.ErrorType);
        return ended.FailureDetails?.ErrorMessage;
    }

    private static async Task<int> WaitAfter(TaskOrchestrationContext context, Func<Task> first)
    {
        await first();
        context.SetCustomStatus("waiting");
        return await context.WaitForExternalEvent<int>("go");
    }

    [Fact]
    public async Task Another_activity_than_recorded_fails_naming_both()
    {
        var message = await FailureAfterChange(
            context => WaitAfter(context, () => context.CallActivityAsync("Old")),
            context => WaitAfter(context, () => context.CallActivityAsync("New")));
        Assert.Contains("records a call of activity 'Old' (#0)", message, StringComparison.Ordinal);
        Assert.Contains("requests a call of activity 'New' (#0)", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_kind_of_action_than_recorded_fails_naming_both()
    {
        var message = await FailureAfterChange(
            context => WaitAfter(context, () => context.CallActivityAsync("Old")),
            context => WaitAfter(context, () => context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None)));
        Assert.Contains("'Old'", message, StringComparison.Ordinal);
        Assert.Contains("a timer", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_action_more_than_recorded_fails()
    {
        var message = await FailureAfterChange(
            context => WaitAfter(context, () => context.CallActivityAsync("Old")),
            context => WaitAfter(context, () => Task.WhenAll(context.CallActivityAsync("Old"), context.CallActivityAsync("New"))));
        Assert.Contains("records nothing more", message, StringComparison.Ordinal);
        Assert.Contains("'New' (#1)", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_action_less_than_recorded_fails()
    {
        var message = await FailureAfterChange(
            context => WaitAfter(context, () => context.CallActivityAsync("Old")),
            context => WaitAfter(context, () => Task.CompletedTask));
        Assert.Contains("'Old' (#0)", message, StringComparison.Ordinal);
        Assert.Contains("requests nothing more", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ending_where_the_history_goes_on_fails()
    {
        var message = await FailureAfterChange(
            context => WaitAfter(context, () => context.CallActivityAsync("Old")),
            _ => Task.FromResult(1));
        Assert.Contains("the end of the orchestration", message, StringComparison.Ordinal);
    }

    public static TheoryData<string, Func<TaskOrchestrationContext, Task, Task<int>>> NonDurableAwaits() => new()
    {
        { "a task of its own", async (_, foreign) => { await foreign; return 1; } },
        { "the thread pool", async (_, foreign) => await Task.Run(async () => { await foreign; return 1; }) },
        {
            "beside a durable wait", async (context, foreign) =>
            {
                await Task.WhenAny(context.WaitForExternalEvent<int>("go"), foreign);
                return 1;
            }
        },
        {
            "off the context, then back", async (context, foreign) =>
            {
                await Task.WhenAny(context.WaitForExternalEvent<int>("go"), foreign).ConfigureAwait(false);
                return await context.CallActivityAsync<int>("Old");
            }
        },
        {
            "off the context for good", async (context, foreign) =>
            {
                await Task.WhenAny(context.WaitForExternalEvent<int>("go"), foreign).ConfigureAwait(false);
                return 1;
            }
        },
    };

    [Theory]
    [MemberData(nameof(NonDurableAwaits))]
    public async Task Awaiting_what_is_not_durable_fails_with_a_clear_message(
        string what, Func<TaskOrchestrationContext, Task, Task<int>> code)
    {
        var foreign = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var hub = await TestHub.StartAsync(Version(context => code(context, foreign.Task)));
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Changes");
        await hub.Client.WaitForInstanceStartAsync(id).WaitAsync(TestHub.Deadline);

        foreign.SetResult();
        var ended = await hub.EndOf(id);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, ended.RuntimeStatus);
        Assert.True(
            ended.FailureDetails?.ErrorMessage.Contains("may await only tasks that come from its TaskOrchestrationContext", StringComparison.Ordinal),
            $"{what}: {ended.FailureDetails}");
    }

    [Fact]
    public async Task Yielding_and_continuations_stay_on_the_orchestrator()
    {
        var functions = Version(async context =>
        {
            await Task.Yield();
            var doubled = await context.CallActivityAsync<int>("New").ContinueWith(
                call => context.CallActivityAsync<int>("New").ContinueWith(again => call.Result + again.Result)).Unwrap();
            return doubled;
        });
        await using var hub = await TestHub.StartAsync(functions);

        Assert.Equal(4, (await hub.RunAsync("Changes")).ReadOutputAs<int>());
    }
}
