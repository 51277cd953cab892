using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LocalPlatform.ServiceBus;
using LocalPlatform.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace LocalPlatform.Tests.Messaging;

/// <summary>What an operator does with messages, and what becomes of those that no function has settled.</summary>
public sealed class OperatorTests
{
    private const string Mail = "/local/servicebus/topics/news/subscriptions/mail";

    [Fact]
    public async Task One_dead_letter_is_read_and_removed_and_then_all()
    {
        await using var host = await StartAsync(typeof(RefusingFunctions));
        foreach (var text in new[] { "one", "two", "three" })
            await host.Http.PostAsync("/local/servicebus/topics/news/messages", new StringContent(text));
        await Eventually.HoldsAsync(async () => (await DeadLettersAsync(host)).Count == 3);
        var second = (await DeadLettersAsync(host)).Single(letter => letter.GetProperty("body").GetString() == "two");
        var address = $"{Mail}/deadletters/{second.GetProperty("sequenceNumber").GetInt64()}";

        var read = await host.Http.GetFromJsonAsync<JsonElement>(address);
        Assert.Equal(second.GetRawText(), read.GetRawText());
        Assert.Equal("""{"deleted":1}""", await (await host.Http.DeleteAsync(address)).Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync(address)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.DeleteAsync(address)).StatusCode);
        Assert.Equal("""{"deleted":2}""", await (await host.Http.DeleteAsync($"{Mail}/deadletters")).Content.ReadAsStringAsync());
        Assert.Empty(await DeadLettersAsync(host));
        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.DeleteAsync("/local/servicebus/queues/nobody/messages")).StatusCode);
    }

    [Fact]
    public async Task A_message_that_is_being_processed_is_not_removed()
    {
        await using var host = await StartAsync(typeof(LongRunFunctions));
        var broker = host.Services.GetRequiredService<ServiceBusBroker>();
        await broker.SendAsync([OutgoingMessage.OfText("long", "held")]);
        var inbox = host.Services.GetRequiredService<Inbox>();
        await Eventually.HoldsAsync(() => !inbox.IsEmpty);
        await broker.SendAsync([OutgoingMessage.OfText("long", "later") with { ScheduledEnqueueTime = DateTimeOffset.UtcNow.AddHours(1) }]);

        var answer = await host.Http.DeleteAsync("/local/servicebus/queues/long/messages");
        Assert.Equal("""{"deleted":1}""", await answer.Content.ReadAsStringAsync());
        inbox.Cure();

        await Eventually.HoldsAsync(() => broker.Summaries().Single() == new EntitySummary("long", 0, 0));
        Assert.Equal(["held"], inbox);
    }

    [Theory]
    [InlineData(
        typeof(UndertakerFunctions),
        """bad from news/subscriptions/mail: {"DeadLetterReason":"MaxDeliveryCountExceeded","""
        + "\"DeadLetterErrorDescription\":\"Message could not be consumed after 10 delivery attempts.\"}")]
    [InlineData(
        typeof(WholeUndertakerFunctions),
        "bad from news/subscriptions/mail: MaxDeliveryCountExceeded, Message could not be consumed after 10 delivery attempts.")]
    public async Task A_function_on_the_dead_letter_queue_is_told_why(Type undertaker, string expected)
    {
        await using var host = await StartAsync(typeof(RefusingFunctions), undertaker);
        await host.Http.PostAsync("/local/servicebus/topics/news/messages", new StringContent("bad"));
        var inbox = host.Services.GetRequiredService<Inbox>();
        await Eventually.HoldsAsync(() => !inbox.IsEmpty);
        Assert.Equal(expected, inbox.Single());
        await Eventually.HoldsAsync(async () => (await DeadLettersAsync(host)).Count == 0);
    }

    [Theory]
    [InlineData(typeof(KeptFunctions), """{ "extensions": { "serviceBus": { "autoCompleteMessages": false } } }""")]
    [InlineData(typeof(UnsettledFunctions), "{}")]
    public async Task Without_auto_complete_a_message_comes_again_when_its_lock_expires_until_it_is_dead_lettered(Type function,
        string hostJson)
    {
        using var folder = new TestFolder().With("host.json", hostJson);
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await StartAsync([function], time, folder, "--LocalPlatform:ServiceBus:MaxDeliveryCount", "2");
        var broker = host.Services.GetRequiredService<ServiceBusBroker>();
        await broker.SendAsync([OutgoingMessage.OfText("kept", "work")]);
        var inbox = host.Services.GetRequiredService<Inbox>();
        await Eventually.HoldsAsync(() => inbox.Count == 1);
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(new EntitySummary("kept", 1, 0), broker.Summaries().Single());

        await Eventually.HoldsAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return broker.Summaries().Single() == new EntitySummary("kept", 0, 1);
        });
        Assert.Equal(["work", "work"], inbox);
    }

    [Theory]
    [InlineData("MaxDeliveryCount", "0")]
    [InlineData("LockDuration", "00:00:00")]
    public async Task An_option_out_of_range_stops_the_start(string option, string value) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() =>
            StartAsync([typeof(LongRunFunctions)], TimeProvider.System, null, "--LocalPlatform:ServiceBus:" + option, value));

    private static Task<FunctionsHost> StartAsync(params Type[] functions) => StartAsync(functions, TimeProvider.System, null);

    private static Task<FunctionsHost> StartAsync(Type[] functions, TimeProvider time, TestFolder? folder, params string[] args) =>
        FunctionsHost.StartAsync(
            functions, app => app.Services.AddSingleton<Inbox>().AddSingleton(time), folder, args);

    private static async Task<List<JsonElement>> DeadLettersAsync(FunctionsHost host) =>
        [.. (await host.Http.GetFromJsonAsync<JsonElement>(Mail + "/deadletters")).GetProperty("items").EnumerateArray()];
}
