using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using LocalPlatform.ServiceBus;
using LocalPlatform.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace LocalPlatform.Tests.Messaging;

public class ServiceBusFunctionTests
{
    [Fact]
    public async Task Outputs_of_every_kind_arrive_as_messages()
    {
        await using var host = await StartAsync(typeof(SenderFunctions));
        foreach (var path in (string[])["text", "bytes", "object", "list", "none", "several"])
            Assert.True((await host.Http.GetAsync($"/api/send/{path}")).IsSuccessStatusCode);
        var inbox = await InboxAsync(host, 7);
        Assert.Equal(
            [
                "part one", "part two", "plain", "raw", "{\n  \"Id\": \"a\",\n  \"Count\": 1\n}", "{\n  \"Id\": \"b\",\n  \"Count\": 2\n}",
                "{\n  \"Id\": \"c\",\n  \"Count\": 3\n}",
            ],
            inbox.Order(StringComparer.Ordinal));
    }

    /// <summary>The original's host reads text that is JSON, and writes it anew.</summary>
    [Theory]
    [InlineData("""{"a":[{"b":1}],"at":"2026-03-01T12:00:00.1200000Z"}""",
        "{\n  \"a\": [\n    {\n      \"b\": 1\n    }\n  ],\n  \"at\": \"2026-03-01T12:00:00.12Z\"\n}")]
    [InlineData("""["one",{"n":2}]""", "one", "{\n  \"n\": 2\n}")]
    [InlineData("{no JSON", "{no JSON")]
    public async Task Text_that_is_json_arrives_as_the_hosts_reader_writes_it(string text, params string[] messages)
    {
        await using var host = await StartAsync(typeof(SenderFunctions));
        await host.Http.GetStringAsync($"/api/send/json?text={Uri.EscapeDataString(text)}");
        Assert.Equal(messages.Order(StringComparer.Ordinal), (await InboxAsync(host, messages.Length)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_message_that_is_too_large_fails_what_sends_it()
    {
        await using var host = await StartAsync(typeof(LargeFunctions));
        Assert.Equal(
            (200, 500),
            ((int)(await host.Http.GetAsync($"/api/large/{ServiceBusBroker.BodyBytesMax}")).StatusCode,
                (int)(await host.Http.GetAsync($"/api/large/{ServiceBusBroker.BodyBytesMax + 1}")).StatusCode));
    }

    [Fact]
    public async Task A_result_with_outputs_answers_with_its_http_part()
    {
        await using var host = await StartAsync(typeof(SenderFunctions));
        var response = await host.Http.GetAsync("/api/send/several");
        Assert.Equal(202, (int)response.StatusCode);
    }

    [Fact]
    public async Task What_an_http_function_returned_is_stored_when_its_answer_is_complete()
    {
        await using var host = await StartAsync(typeof(SenderFunctions));
        await host.Http.GetStringAsync("/api/send/text");
        var broker = host.Services.GetRequiredService<ServiceBusBroker>();
        Assert.True(broker.Summaries().Single().ActiveMessages == 1 || !host.Services.GetRequiredService<Inbox>().IsEmpty);
    }

    [Fact]
    public async Task A_function_that_fails_sends_nothing()
    {
        await using var host = await StartAsync(typeof(SenderFunctions));
        Assert.Equal(500, (int)(await host.Http.GetAsync("/api/send/failing")).StatusCode);
        await host.Http.GetAsync("/api/send/text");
        Assert.Equal(["plain"], await InboxAsync(host, 1));
    }

    [Fact]
    public async Task A_message_can_lead_to_the_next_and_reach_each_subscription_of_a_topic()
    {
        await using var host = await StartAsync(typeof(RelayFunctions));
        await SendAsync(host, "relay", "on");
        Assert.Equal(["on! here", "on! there"], (await InboxAsync(host, 2)).Order());
    }

    [Fact]
    public async Task A_failing_function_gets_the_message_again_until_it_is_dead_lettered()
    {
        await using var host = await StartAsync(typeof(PoisonedFunctions));
        await SendAsync(host, "poison", "bad", "p1");
        await Eventually.HoldsAsync(async () => (await DeadLettersAsync(host, "poison")).Count == 1);
        Assert.Equal(Enumerable.Range(1, 10).Select(n => $"p1:{n}"), host.Services.GetRequiredService<Inbox>());
        var letter = (await DeadLettersAsync(host, "poison"))[0];
        Assert.Equal("MaxDeliveryCountExceeded", letter.GetProperty("deadLetterReason").GetString());
        Assert.Equal("bad", letter.GetProperty("body").GetString());
    }

    [Fact]
    public async Task Dead_letters_are_listed_and_resubmitted_by_the_operator()
    {
        await using var host = await StartAsync(typeof(PoisonedFunctions));
        await SendAsync(host, "poison", "bad", "p1");
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
        await using var host = await StartAsync(typeof(ToldFunctions));
        await SendAsync(host, "told", "x", "m7");
        var data = JsonSerializer.Deserialize<Dictionary<string, string?>>((await InboxAsync(host, 1)).Single())!;
        Assert.Equal("m7", data["MessageId"]);
        Assert.Equal("1", data["DeliveryCount"]);
        Assert.Equal("1", data["SequenceNumber"]);
        Assert.True(Guid.TryParse(data["LockToken"], out _));
        Assert.Equal(DateTimeKind.Utc, JsonSerializer.Deserialize<DateTime>(data["EnqueuedTimeUtc"]!).Kind);
        Assert.Equal("x m7/1", data["parameters"]);
    }

    [Fact]
    public async Task A_whole_message_has_all_that_the_service_says_of_it()
    {
        await using var host = await StartAsync(typeof(ToldFunctions));
        await SendAsync(host, "toldwhole", "x", "m8");
        var message = JsonSerializer.Deserialize<JsonElement>((await InboxAsync(host, 1)).Single());
        Assert.Equal("m8", message.GetProperty("MessageId").GetString());
        Assert.Equal("text/plain; charset=utf-8", message.GetProperty("ContentType").GetString());
        Assert.Equal(1, message.GetProperty("DeliveryCount").GetInt32());
        Assert.Equal(1, message.GetProperty("SequenceNumber").GetInt64());
        Assert.Equal("x", message.GetProperty("body").GetString());
        Assert.NotEqual(Guid.Empty, message.GetProperty("LockToken").GetGuid());
        Assert.InRange(
            message.GetProperty("LockedUntil").GetDateTimeOffset() - message.GetProperty("EnqueuedTime").GetDateTimeOffset(),
            TimeSpan.FromSeconds(59),
            TimeSpan.FromMinutes(3));
    }

    [Theory]
    [InlineData(typeof(TextBatchFunctions), """["one","two","three"] [1,1,1]""")]
    [InlineData(typeof(WholeBatchFunctions), "1:one:1 2:two:1 3:three:1")]
    public async Task A_batched_function_gets_what_waits_as_one_array(Type function, string expected)
    {
        using var folder = new TestFolder();
        await using (var host = await StartAsync(typeof(BatchSenderFunctions), folder))
            await host.Http.GetAsync("/api/batch");
        await using var again = await StartAsync(function, folder);
        Assert.Equal(expected, (await InboxAsync(again, 1)).Single());
    }

    [Fact]
    public async Task A_lock_is_renewed_while_the_function_runs()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await FunctionsHost.StartAsync(
            [typeof(LongRunFunctions)], app => app.Services.AddSingleton<Inbox>().AddSingleton<TimeProvider>(time));
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
        await using var host = await StartAsync(typeof(CrowdFunctions), folder);
        await host.Services.GetRequiredService<ServiceBusBroker>().SendAsync(
            [.. Enumerable.Range(0, 30).Select(i => OutgoingMessage.OfText("crowd", $"{i}"))]);
        var inbox = await InboxAsync(host, 30);
        Assert.InRange(inbox.Max(int.Parse), 2, 3);
    }

    private static DateTimeOffset? LockedUntil(FunctionsHost host) =>
        host.Services.GetRequiredService<ServiceBusBroker>().Peek("long")[0].AvailableAt;

    private static Task<FunctionsHost> StartAsync(Type functions, TestFolder? folder = null) =>
        FunctionsHost.StartAsync([functions], app => app.Services.AddSingleton<Inbox>(), folder);

    private static async Task SendAsync(FunctionsHost host, string queue, string text, string messageId = "m1")
    {
        var content = new StringContent(text, Encoding.UTF8, "text/plain");
        (await host.Http.PostAsync($"/local/servicebus/queues/{queue}/messages?messageId={messageId}", content)).EnsureSuccessStatusCode();
    }

    private static async Task<Inbox> InboxAsync(FunctionsHost host, int count)
    {
        var inbox = host.Services.GetRequiredService<Inbox>();
        await Eventually.HoldsAsync(() => inbox.Count >= count);
        Assert.Equal(count, inbox.Count);
        return inbox;
    }

    private static async Task<List<JsonElement>> DeadLettersAsync(FunctionsHost host, string queue)
    {
        var page = await host.Http.GetFromJsonAsync<JsonElement>($"/local/servicebus/queues/{queue}/deadletters");
        return [.. page.GetProperty("items").EnumerateArray()];
    }
}
