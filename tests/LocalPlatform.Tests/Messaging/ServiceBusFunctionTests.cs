using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using LocalPlatform.ServiceBus;
using LocalPlatform.Tests.Functions;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace LocalPlatform.Tests.ServiceBus;

public class ServiceBusFunctionTests
{
    [Fact]
    public async Task Outputs_of_every_kind_arrive_as_messages()
    {
        await using var host = await StartAsync(typeof(Senders));
        foreach (var path in (string[])["text", "object", "list", "none", "several"])
            await host.Http.GetAsync($"/api/send/{path}");
        await Eventually.HoldsAsync(() => host.Services.GetRequiredService<Inbox>().Count == 6);
        Assert.Equal(
            ["part one", "part two", "plain", """{"Id":"a","Count":1}""", """{"Id":"b","Count":2}""", """{"Id":"c","Count":3}"""],
            host.Services.GetRequiredService<Inbox>().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_result_with_outputs_answers_with_its_http_part()
    {
        await using var host = await StartAsync(typeof(Senders));
        var response = await host.Http.GetAsync("/api/send/several");
        Assert.Equal(202, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_function_that_fails_sends_nothing()
    {
        await using var host = await StartAsync(typeof(Senders));
        Assert.Equal(500, (int)(await host.Http.GetAsync("/api/send/failing")).StatusCode);
        await host.Http.GetAsync("/api/send/text");
        await Eventually.HoldsAsync(() => !host.Services.GetRequiredService<Inbox>().IsEmpty);
        Assert.Equal(["plain"], host.Services.GetRequiredService<Inbox>());
    }

    [Fact]
    public async Task A_failing_function_gets_the_message_again_until_it_is_dead_lettered()
    {
        await using var host = await StartAsync(typeof(Poisoned));
        await host.Http.PostAsync("/local/servicebus/queues/poison/messages?messageId=p1", new StringContent("bad"));
        await Eventually.HoldsAsync(async () => (await DeadLettersAsync(host, "poison")).Count == 1);
        Assert.Equal(Enumerable.Range(1, 10).Select(n => $"p1:{n}"), host.Services.GetRequiredService<Inbox>());
        var letter = (await DeadLettersAsync(host, "poison"))[0];
        Assert.Equal("MaxDeliveryCountExceeded", letter.GetProperty("deadLetterReason").GetString());
        Assert.Equal("bad", letter.GetProperty("body").GetString());
    }

    [Fact]
    public async Task Dead_letters_are_listed_and_resubmitted_by_the_operator()
    {
        await using var host = await StartAsync(typeof(Poisoned));
        await host.Http.PostAsync("/local/servicebus/queues/poison/messages?messageId=p1", new StringContent("bad"));
        await Eventually.HoldsAsync(async () => (await DeadLettersAsync(host, "poison")).Count == 1);
        host.Services.GetRequiredService<Inbox>().Cure();
        var answer = await host.Http.PostAsync("/local/servicebus/queues/poison/deadletters/resubmit", null);
        Assert.Equal("""{"resubmitted":1}""", await answer.Content.ReadAsStringAsync());
        await Eventually.HoldsAsync(async () => await host.Http.GetStringAsync("/local/servicebus")
            == """[{"entity":"poison","activeMessages":0,"deadLetters":0}]""");
        Assert.Equal("p1:1", host.Services.GetRequiredService<Inbox>().Last());
    }

    [Fact]
    public async Task Metadata_has_the_originals_names_and_form()
    {
        await using var host = await StartAsync(typeof(Told));
        await host.Http.PostAsync("/local/servicebus/queues/told/messages?messageId=m7", new StringContent("x", Encoding.UTF8, "text/plain"));
        await Eventually.HoldsAsync(() => !host.Services.GetRequiredService<Inbox>().IsEmpty);
        var data = JsonSerializer.Deserialize<Dictionary<string, string?>>(host.Services.GetRequiredService<Inbox>().Single())!;
        Assert.Equal("m7", data["MessageId"]);
        Assert.Equal("1", data["DeliveryCount"]);
        Assert.Equal("1", data["SequenceNumber"]);
        Assert.True(Guid.TryParse(data["LockToken"], out _));
        Assert.Equal(DateTimeKind.Utc, JsonSerializer.Deserialize<DateTime>(data["EnqueuedTimeUtc"]!).Kind);
        Assert.Equal("m7/1", data["parameters"]);
    }

    [Fact]
    public async Task A_batched_function_gets_what_waits_as_one_array()
    {
        using var folder = new TestFolder();
        await using (var host = await StartAsync(typeof(BatchSender), folder))
            await host.Http.GetAsync("/api/batch");
        await using var again = await StartAsync(typeof(Batched), folder);
        await Eventually.HoldsAsync(() => !again.Services.GetRequiredService<Inbox>().IsEmpty);
        Assert.Equal("""["one","two","three"] [1,1,1]""", again.Services.GetRequiredService<Inbox>().Single());
    }

    [Fact]
    public async Task A_lock_is_renewed_while_the_function_runs()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await FunctionsHost.StartAsync([typeof(LongRun)], app =>
        {
            app.Services.AddSingleton<Inbox>();
            app.Services.AddSingleton<TimeProvider>(time);
        });
        var inbox = host.Services.GetRequiredService<Inbox>();
        await host.Services.GetRequiredService<ServiceBusBroker>().SendAsync([OutgoingMessage.OfText("long", "work")]);
        await Eventually.HoldsAsync(() => !inbox.IsEmpty);
        // Two minutes are two locks; each step waits until the renewal of its tick is stored.
        for (var step = 0; step < 6; step++)
        {
            var lockedUntil = LockedUntil(host);
            time.Advance(TimeSpan.FromSeconds(20));
            await Eventually.HoldsAsync(() => LockedUntil(host) > lockedUntil);
        }
        inbox.Cure();
        await Eventually.HoldsAsync(() => host.Services.GetRequiredService<ServiceBusBroker>().Summaries()[0].ActiveMessages == 0);
        Assert.Equal(["work"], inbox);
    }

    [Fact]
    public async Task No_more_runs_at_a_time_than_host_json_says()
    {
        using var folder = new TestFolder().With("host.json", """{ "extensions": { "serviceBus": { "maxConcurrentCalls": 3 } } }""");
        await using var host = await StartAsync(typeof(Crowd), folder);
        await host.Services.GetRequiredService<ServiceBusBroker>().SendAsync(
            [.. Enumerable.Range(0, 30).Select(i => OutgoingMessage.OfText("crowd", $"{i}"))]);
        await Eventually.HoldsAsync(() => host.Services.GetRequiredService<Inbox>().Count == 30);
        Assert.InRange(host.Services.GetRequiredService<Inbox>().Max(int.Parse), 2, 3);
    }

    private static DateTimeOffset? LockedUntil(FunctionsHost host) =>
        host.Services.GetRequiredService<ServiceBusBroker>().Peek("long")[0].AvailableAt;

    private static Task<FunctionsHost> StartAsync(Type functions, TestFolder? folder = null) =>
        FunctionsHost.StartAsync([functions], app => app.Services.AddSingleton<Inbox>(), folder);

    private static async Task<List<JsonElement>> DeadLettersAsync(FunctionsHost host, string queue)
    {
        var page = await host.Http.GetFromJsonAsync<JsonElement>($"/local/servicebus/queues/{queue}/deadletters");
        return [.. page.GetProperty("items").EnumerateArray()];
    }

    public sealed record Parcel(string Id, int Count);

    public sealed class Inbox : ConcurrentQueue<string>
    {
        private readonly TaskCompletionSource _cured = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _inside;

        public bool IsCured => _cured.Task.IsCompleted;

        public Task Cured => _cured.Task;

        public void Cure() => _cured.TrySetResult();

        public async Task<int> CrowdAsync()
        {
            var inside = Interlocked.Increment(ref _inside);
            await Task.Yield();
            Thread.SpinWait(20_000);
            Interlocked.Decrement(ref _inside);
            return inside;
        }
    }

    public sealed class Parts
    {
        [HttpResult]
        public IResult Answer { get; init; } = Results.Accepted();

        [ServiceBusOutput("inbox")]
        public string[]? Messages { get; init; }

        [ServiceBusOutput("inbox")]
        public Parcel? Absent { get; init; }
    }

    public class Senders(Inbox inbox)
    {
        [Function("SendText")]
        [ServiceBusOutput("inbox")]
        public static string Text([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "send/text")] HttpRequest request) => "plain";

        [Function("SendObject")]
        [ServiceBusOutput("inbox", Connection = "ServiceBus")]
        public static Task<Parcel> One([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "send/object")] HttpRequest request) =>
            Task.FromResult(new Parcel("a", 1));

        [Function("SendList")]
        [ServiceBusOutput("inbox")]
        public static List<Parcel> List([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "send/list")] HttpRequest request) =>
            [new("b", 2), new("c", 3)];

        [Function("SendNone")]
        [ServiceBusOutput("inbox")]
        public static string? None([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "send/none")] HttpRequest request) => null;

        [Function("SendSeveral")]
        public static Parts Several([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "send/several")] HttpRequest request) =>
            new() { Messages = ["part one", "part two"] };

        [Function("SendFailing")]
        [ServiceBusOutput("inbox")]
        public static string Failing([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "send/failing")] HttpRequest request) =>
            throw new InvalidOperationException("no");

        [Function("Receive")]
        public void Receive([ServiceBusTrigger("inbox")] string message) => inbox.Enqueue(message);
    }

    public class Poisoned(Inbox inbox)
    {
        [Function("Poisoned")]
        public void Run([ServiceBusTrigger("poison")] byte[] body, string messageId, int deliveryCount)
        {
            inbox.Enqueue($"{messageId}:{deliveryCount}");
            if (!inbox.IsCured)
                throw new InvalidOperationException(Encoding.UTF8.GetString(body));
        }
    }

    public class Told(Inbox inbox)
    {
        [Function("Told")]
        public void Run([ServiceBusTrigger("told")] BinaryData body, FunctionContext context, string messageId, int deliveryCount)
        {
            var data = context.BindingContext.BindingData.ToDictionary(d => d.Key, d => (string?)d.Value);
            data["parameters"] = $"{messageId}/{deliveryCount}";
            inbox.Enqueue(JsonSerializer.Serialize(data));
        }
    }

    public static class BatchSender
    {
        [Function("SendBatch")]
        [ServiceBusOutput("batch")]
        public static string[] Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "batch")] HttpRequest request) =>
            ["one", "two", "three"];
    }

    public class Batched(Inbox inbox)
    {
        [Function("Batched")]
        public void Run([ServiceBusTrigger("batch", IsBatched = true)] string[] messages, FunctionContext context) =>
            inbox.Enqueue($"{JsonSerializer.Serialize(messages)} {context.BindingContext.BindingData["DeliveryCountArray"]}");
    }

    public class LongRun(Inbox inbox)
    {
        [Function("LongRun")]
        public Task Run([ServiceBusTrigger("long")] string message)
        {
            inbox.Enqueue(message);
            return inbox.Cured;
        }
    }

    public class Crowd(Inbox inbox)
    {
        [Function("Crowd")]
        public async Task Run([ServiceBusTrigger("crowd")] string message) =>
            inbox.Enqueue((await inbox.CrowdAsync()).ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
