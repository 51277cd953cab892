using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LocalPlatform.ServiceBus;
using LocalPlatform.Tests.Functions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Inbox = LocalPlatform.Tests.ServiceBus.ServiceBusFunctionTests.Inbox;

namespace LocalPlatform.Tests.ServiceBus;

/// <summary>What an operator does with messages, and what becomes of those that no function has settled.</summary>
public sealed class OperatorTests
{
    private const string Mail = "/local/servicebus/topics/news/subscriptions/mail";

    [Fact]
    public async Task One_dead_letter_is_read_and_removed_and_then_all()
    {
        await using var host = await StartAsync(typeof(Refusing));
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
        await using var host = await StartAsync(typeof(Busy));
        var broker = host.Services.GetRequiredService<ServiceBusBroker>();
        await broker.SendAsync([OutgoingMessage.OfText("busy", "held")]);
        var inbox = host.Services.GetRequiredService<Inbox>();
        await Eventually.HoldsAsync(() => !inbox.IsEmpty);
        await broker.SendAsync([OutgoingMessage.OfText("busy", "later") with { ScheduledEnqueueTime = DateTimeOffset.UtcNow.AddHours(1) }]);

        var answer = await host.Http.DeleteAsync("/local/servicebus/queues/busy/messages");
        Assert.Equal("""{"deleted":1}""", await answer.Content.ReadAsStringAsync());
        inbox.Cure();

        await Eventually.HoldsAsync(() => broker.Summaries().Single() == new EntitySummary("busy", 0, 0));
        Assert.Equal(["held"], inbox);
    }

    [Fact]
    public async Task A_function_on_the_dead_letter_queue_is_told_why()
    {
        await using var host = await StartAsync(typeof(Refusing), typeof(Undertaker));
        await host.Http.PostAsync("/local/servicebus/topics/news/messages", new StringContent("bad"));
        var inbox = host.Services.GetRequiredService<Inbox>();
        await Eventually.HoldsAsync(() => !inbox.IsEmpty);
        Assert.Equal(
            """bad from news/subscriptions/mail: {"DeadLetterReason":"MaxDeliveryCountExceeded","""
            + "\"DeadLetterErrorDescription\":\"Message could not be consumed after 10 delivery attempts.\"}",
            inbox.Single());
        await Eventually.HoldsAsync(async () => (await DeadLettersAsync(host)).Count == 0);
    }

    [Theory]
    [InlineData(typeof(Settled), """{ "extensions": { "serviceBus": { "autoCompleteMessages": false } } }""")]
    [InlineData(typeof(Unsettled), "{}")]
    public async Task Without_auto_complete_a_message_comes_again_when_its_lock_expires_until_it_is_dead_lettered(Type function, string hostJson)
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
            StartAsync([typeof(Busy)], TimeProvider.System, null, "--LocalPlatform:ServiceBus:" + option, value));

    private static Task<FunctionsHost> StartAsync(params Type[] functions) => StartAsync(functions, TimeProvider.System, null);

    private static Task<FunctionsHost> StartAsync(Type[] functions, TimeProvider time, TestFolder? folder, params string[] args) =>
        FunctionsHost.StartAsync(
            functions, app => app.Services.AddSingleton<Inbox>().AddSingleton(time), folder, args);

    private static async Task<List<JsonElement>> DeadLettersAsync(FunctionsHost host) =>
        [.. (await host.Http.GetFromJsonAsync<JsonElement>(Mail + "/deadletters")).GetProperty("items").EnumerateArray()];

    public static class Refusing
    {
        [Function("Refusing")]
        public static void Run([ServiceBusTrigger("news", "mail")] string message) => throw new InvalidOperationException(message);
    }

    public class Undertaker(Inbox inbox)
    {
        [Function("Undertaker")]
        public void Run(
            [ServiceBusTrigger("news", "mail/$deadletterqueue")] string message, FunctionContext context, string deadLetterSource) =>
            inbox.Enqueue($"{message} from {deadLetterSource}: {context.BindingContext.BindingData["ApplicationProperties"]}");
    }

    public class Busy(Inbox inbox)
    {
        [Function("Busy")]
        public Task Run([ServiceBusTrigger("busy")] string message)
        {
            inbox.Enqueue(message);
            return inbox.Cured;
        }
    }

    public class Settled(Inbox inbox)
    {
        [Function("Settled")]
        public void Run([ServiceBusTrigger("kept")] string message) => inbox.Enqueue(message);
    }

    public class Unsettled(Inbox inbox)
    {
        [Function("Unsettled")]
        public void Run([ServiceBusTrigger("kept", AutoCompleteMessages = false)] string message) => inbox.Enqueue(message);
    }
}
