using System.Globalization;
using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace LocalPlatform.ServiceBus.Tests;

public sealed class BrokerTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private ServiceBusBroker _broker = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = Open(new ServiceBusOptions { MaxDeliveryCount = 3, DuplicateDetectionWindow = TimeSpan.FromMinutes(10) });
        await _broker.EnsureQueueAsync("orders");
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Messages_arrive_in_the_order_of_sending_and_go_when_completed()
    {
        await SendAsync("one", "two", "three");
        var received = await ReceiveAsync(10);
        Assert.Equal(["one", "two", "three"], received.Select(Text));
        Assert.All(received, m => Assert.Equal(1, m.Message.DeliveryCount));
        await _broker.CompleteAsync(received);
        Assert.Equal(0, _broker.Summaries().Single().ActiveMessages);
    }

    [Fact]
    public async Task A_locked_message_is_hidden_until_its_lock_expires_and_then_comes_with_a_fresh_token()
    {
        await SendAsync("one");
        var first = Assert.Single(await ReceiveAsync());
        var waiting = ReceiveAsync();
        Assert.False(waiting.IsCompleted);
        await AdvanceUntilAsync(waiting, TimeSpan.FromSeconds(30));
        var second = Assert.Single(await waiting);
        Assert.Equal(2, second.Message.DeliveryCount);
        Assert.NotEqual(first.LockToken, second.LockToken);
        await Assert.ThrowsAsync<MessageLockLostException>(() => _broker.CompleteAsync([first]));
        await _broker.CompleteAsync([second]);
    }

    [Fact]
    public async Task An_expired_lock_cannot_settle_even_when_nobody_else_has_the_message()
    {
        await SendAsync("one");
        var held = Assert.Single(await ReceiveAsync());
        _time.Advance(TimeSpan.FromSeconds(61));
        await Assert.ThrowsAsync<MessageLockLostException>(() => _broker.CompleteAsync([held]));
        await Assert.ThrowsAsync<MessageLockLostException>(() => _broker.AbandonAsync([held]));
        Assert.Equal(1, _broker.Summaries().Single().ActiveMessages);
    }

    [Fact]
    public async Task A_renewed_lock_lasts_longer()
    {
        await SendAsync("one");
        var held = Assert.Single(await ReceiveAsync());
        _time.Advance(TimeSpan.FromSeconds(50));
        await _broker.RenewLocksAsync([held]);
        _time.Advance(TimeSpan.FromSeconds(50));
        await _broker.CompleteAsync([held]);
        Assert.Equal(0, _broker.Summaries().Single().ActiveMessages);
    }

    [Fact]
    public async Task An_abandoned_message_comes_again_at_once_until_it_is_dead_lettered()
    {
        await SendAsync("poison", "good");
        for (var delivery = 1; delivery <= 3; delivery++)
        {
            var message = Assert.Single(await ReceiveAsync(1));
            Assert.Equal(("poison", delivery), (Text(message), message.Message.DeliveryCount));
            await _broker.AbandonAsync([message]);
        }
        Assert.Equal("good", Text(Assert.Single(await ReceiveAsync(1))));
        var dead = Assert.Single(_broker.Peek(EntityPath.DeadLetter("orders")));
        Assert.Equal("MaxDeliveryCountExceeded", dead.DeadLetterReason);
        Assert.Equal("Message could not be consumed after 3 delivery attempts.", dead.DeadLetterDescription);
        Assert.Equal("orders", dead.DeadLetterSource);
    }

    [Fact]
    public async Task A_message_whose_last_lock_expires_is_dead_lettered_too()
    {
        await SendAsync("poison");
        for (var delivery = 1; delivery <= 3; delivery++)
        {
            await ReceiveAsync();
            _time.Advance(TimeSpan.FromSeconds(61));
        }
        await SendAsync("good");
        Assert.Equal("good", Text(Assert.Single(await ReceiveAsync())));
        Assert.Equal(new EntitySummary("orders", 1, 1), _broker.Summaries().Single());
    }

    [Fact]
    public async Task A_message_whose_lock_expires_comes_before_those_that_were_sent_later()
    {
        await SendAsync("first");
        await ReceiveAsync();
        await SendAsync("second", "third");
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal("first", Text(Assert.Single(await ReceiveAsync(1))));
    }

    [Fact]
    public async Task A_dead_letter_can_be_received_and_resubmitted()
    {
        await SendAsync("wrong");
        await _broker.DeadLetterAsync(Assert.Single(await ReceiveAsync()), "NotUnderstood", "no such type");
        var dead = Assert.Single(await _broker.ReceiveAsync(EntityPath.DeadLetter("orders"), 1, CancellationToken.None));
        Assert.Equal(("NotUnderstood", "no such type"), (dead.Message.DeadLetterReason, dead.Message.DeadLetterDescription));
        await _broker.AbandonAsync([dead]);
        Assert.Equal(1, await _broker.ResubmitAsync("orders", [dead.Message.SequenceNumber]));
        var again = Assert.Single(await ReceiveAsync());
        Assert.Equal(("wrong", 1, null), (Text(again), again.Message.DeliveryCount, again.Message.DeadLetterReason));
    }

    [Fact]
    public async Task A_scheduled_message_waits_for_its_time()
    {
        await _broker.SendAsync([OutgoingMessage.OfText("orders",
            "later") with { ScheduledEnqueueTime = _time.GetUtcNow().AddMinutes(5) }]);
        var waiting = ReceiveAsync();
        await SendAsync("now");
        await _broker.CompleteAsync(await waiting);
        waiting = ReceiveAsync();
        _time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(1, _broker.Summaries().Single().ActiveMessages);
        Assert.False(waiting.IsCompleted);
        await AdvanceUntilAsync(waiting, TimeSpan.FromSeconds(30));
        Assert.Equal("later", Text(Assert.Single(await waiting)));
    }

    [Fact]
    public async Task A_message_id_sent_twice_within_the_window_is_dropped()
    {
        var message = OutgoingMessage.OfText("orders", "once") with { MessageId = "m1" };
        await _broker.SendAsync([message, message]);
        await _broker.SendAsync([message]);
        Assert.Equal(1, _broker.Summaries().Single().ActiveMessages);
        _time.Advance(TimeSpan.FromMinutes(11));
        await _broker.SendAsync([message]);
        Assert.Equal(2, _broker.Summaries().Single().ActiveMessages);
    }

    [Fact]
    public async Task A_topic_copies_a_message_to_each_subscription()
    {
        await _broker.EnsureSubscriptionAsync("news", "mail");
        await _broker.EnsureSubscriptionAsync("news", "archive");
        await _broker.SendAsync([OutgoingMessage.OfText("news", "hello")]);
        await _broker.CompleteAsync(await _broker.ReceiveAsync("news/subscriptions/mail", 5, CancellationToken.None));
        Assert.Equal("hello", Text(Assert.Single(await _broker.ReceiveAsync("NEWS/subscriptions/archive", 5, CancellationToken.None))));
    }

    [Fact]
    public async Task What_was_sent_survives_a_restart_and_locks_do_not()
    {
        await SendAsync("one", "two");
        Assert.Equal("one", Text(Assert.Single(await ReceiveAsync(1))));
        await _broker.DisposeAsync();
        _broker = Open(new ServiceBusOptions());
        var received = await ReceiveAsync();
        Assert.Equal([("one", 2), ("two", 1)], received.Select(m => (Text(m), m.Message.DeliveryCount)));
    }

    [Fact]
    public async Task Concurrent_receivers_never_hold_the_same_message()
    {
        const int count = 400;
        await SendAsync([.. Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture))]);
        var seen = new System.Collections.Concurrent.ConcurrentBag<string>();
        using var done = new CancellationTokenSource();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => ReceiveAllAsync(seen, count, done))));
        Assert.Equal(count, seen.Count);
        Assert.Equal(count, seen.Distinct().Count());
    }

    private async Task ReceiveAllAsync(System.Collections.Concurrent.ConcurrentBag<string> seen, int count, CancellationTokenSource done)
    {
        try
        {
            while (true)
            {
                var batch = await _broker.ReceiveAsync("orders", 7, done.Token);
                foreach (var message in batch)
                    seen.Add(Text(message));
                await _broker.CompleteAsync(batch);
                if (seen.Count >= count)
                    await done.CancelAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // All were seen.
        }
    }

    private ServiceBusBroker Open(ServiceBusOptions options) => ServiceBusBroker.Open(_folder.File("servicebus.db"), options, _time);

    private Task SendAsync(params string[] texts) => _broker.SendAsync([.. texts.Select(t => OutgoingMessage.OfText("orders", t))]);

    private Task<IReadOnlyList<LockedMessage>> ReceiveAsync(int max = 10) => _broker.ReceiveAsync("orders", max, CancellationToken.None);

    private Task AdvanceUntilAsync(Task task, TimeSpan step) => Eventually.HoldsAsync(() =>
    {
        if (!task.IsCompleted)
            _time.Advance(step);
        return task.IsCompleted;
    });

    private static string Text(LockedMessage message) => Encoding.UTF8.GetString(message.Message.Body);
}
