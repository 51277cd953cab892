using System.Globalization;
using System.Net;
using System.Text.Json;

namespace LocalPlatform.Tests.Workers;

/// <summary>Functions of an app in processes of their own, as a platform has them that scales each group by itself.</summary>
public sealed class SpreadTests
{
    [Fact]
    public async Task Each_group_runs_on_its_workers_in_turn_and_what_has_none_runs_in_the_host()
    {
        await using var app = await SpreadApp.StartAsync(("http", "2"), ("timers", "1"));
        var workers = await app.WorkersAsync();
        Assert.Equal(["http-1", "http-2", "timers-1"], workers.Keys.Order(StringComparer.Ordinal));
        Assert.All(workers.Values, worker => Assert.True(worker.IsReady));

        var (first, second) = (await app.Http.GetAsync("/api/who"), await app.Http.GetAsync("/api/who"));
        foreach (var answer in (HttpResponseMessage[])[first, second])
            Assert.Equal($"{workers[Assert.Single(answer.Headers.GetValues("x-local-worker"))].ProcessId}",
                await answer.Content.ReadAsStringAsync());
        Assert.NotEqual(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());

        await app.Http.PostAsync("/admin/functions/Ticked", null);
        Assert.Equal(workers["timers-1"].ProcessId, await app.NotedAsync("ticked"));
        await app.Http.PostAsync("/local/servicebus/queues/spread/messages", new StringContent("hello"));
        Assert.DoesNotContain(await app.NotedAsync("heard"), workers.Values.Select(worker => worker.ProcessId));
    }

    [Fact]
    public async Task A_request_and_its_answer_pass_whole()
    {
        await using var app = await SpreadApp.StartAsync(("http", "1"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/echo/n%20m?q=%2B1") { Content = new StringContent("body") };
        request.Headers.Add("x-say", "said");
        var answer = await app.Http.SendAsync(request);
        Assert.Equal(
            (HttpStatusCode.Created, "n m +1 body", "said"),
            (answer.StatusCode, await answer.Content.ReadAsStringAsync(), Assert.Single(answer.Headers.GetValues("x-said"))));
        Assert.Equal(HttpStatusCode.NotFound, (await app.Http.GetAsync("/api/nothing")).StatusCode);
        Assert.Equal(HttpStatusCode.InternalServerError, (await app.Http.GetAsync("/api/collapse")).StatusCode);
    }

    [Fact]
    public async Task A_request_whose_worker_dies_is_a_502_and_the_worker_comes_again()
    {
        await using var app = await SpreadApp.StartAsync(("http", "1"));
        var hanging = app.Http.GetAsync("/api/hang");
        var died = await app.NotedAsync("hanging");
        SpreadApp.Kill(died);
        Assert.Equal(HttpStatusCode.BadGateway, (await hanging).StatusCode);
        // Once the host knows that there is no worker, a request waits for one.
        var answer = await Eventually.Async(() => app.Http.GetAsync("/api/who"), next =>
            next.StatusCode != HttpStatusCode.BadGateway, "another worker");
        Assert.Equal($"{(await app.WorkersAsync())["http-1"].ProcessId}", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_activity_whose_worker_dies_is_run_by_another()
    {
        await using var app = await SpreadApp.StartAsync(("durable", "2"));
        var workers = await app.WorkersAsync();
        var begun = app.Http.GetStringAsync("/api/begin");
        var died = await app.NotedAsync("first-step");
        SpreadApp.Kill(died);
        var other = workers.Values.Single(worker => worker.ProcessId != died);
        Assert.Equal($"{other.ProcessId}", await begun);
    }

    [Fact]
    public async Task A_message_whose_worker_dies_is_delivered_again()
    {
        await using var app = await SpreadApp.StartAsync(("serviceBus", "2"));
        await app.Http.PostAsync("/local/servicebus/queues/spread/messages", new StringContent("hello"));
        var died = await app.NotedAsync("heard");
        SpreadApp.Kill(died);
        var passed = await Eventually.Async(
            () => app.Http.GetStringAsync("/local/servicebus/queues/spread-passed/messages"),
            messages => messages.Contains("hello", StringComparison.Ordinal),
            "the message to be passed on");
        var body = JsonDocument.Parse(passed).RootElement.GetProperty("items")[0].GetProperty("body").GetString();
        Assert.Matches(@"^\d+ hello$", body);
        Assert.NotEqual($"{died} hello", body);
    }

    [Fact]
    public async Task The_clock_of_the_first_of_each_group_can_be_off()
    {
        await using var app = await SpreadApp.StartAsync(("http", "2"), ("clockOffset", "-00:00:05"));
        for (var request = 0; request < 2; request++)
        {
            var answer = await app.Http.GetAsync("/api/clock");
            var seconds = double.Parse(await answer.Content.ReadAsStringAsync(), CultureInfo.InvariantCulture);
            Assert.Equal(answer.Headers.GetValues("x-local-worker").Single() == "http-1" ? -5 : 0, seconds, tolerance: 2);
        }
    }

    [Theory]
    [InlineData("KILL")]
    [InlineData("TERM")]
    public async Task Workers_end_with_their_host(string signal)
    {
        await using var app = await SpreadApp.StartAsync(("http", "2"));
        var workers = await app.WorkersAsync();
        await app.Host.SignalAsync(signal);
        await app.Host.EndAsync();
        await Eventually.HoldsAsync(() => !workers.Values.Any(worker => SpreadApp.IsAlive(worker.ProcessId)));
    }
}
