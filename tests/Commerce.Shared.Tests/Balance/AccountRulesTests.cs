using Commerce.Shared.Balance;
using Commerce.Shared.Cart;
using Commerce.Shared.Orders;
using CsCheck;

namespace Commerce.Shared.Tests.Balance;

public sealed class AccountRulesTests
{
    private const string User = AccountModel.User;

    private static readonly Failure NoStock = Failure.InsufficientStock("p", 1, 0);

    private abstract record Step(int Order)
    {
        public sealed record Charge(int Order, long Amount) : Step(Order);

        public sealed record Place(int Order, long Price) : Step(Order);

        public sealed record Reprice(int Order, long Price) : Step(Order);

        public sealed record Pay(int Order, bool IsLate) : Step(Order);

        public sealed record Reject(int Order, bool IsLate) : Step(Order);

        public sealed record Refund(int Order) : Step(Order);
    }

    private static readonly Gen<Step> Steps = Gen.OneOf<Step>(
        Gen.Select(Gen.Int[0, 6], Gen.Long[1, 1_000]).Select((key, amount) => (Step)new Step.Charge(key, amount)),
        Gen.Select(Gen.Int[0, 6], Gen.Long[0, 800]).Select((order, price) => (Step)new Step.Place(order, price)),
        Gen.Select(Gen.Int[0, 6], Gen.Long[0, 800]).Select((order, price) => (Step)new Step.Reprice(order, price)),
        Gen.Select(Gen.Int[0, 6], Gen.Bool).Select((order, isLate) => (Step)new Step.Pay(order, isLate)),
        Gen.Select(Gen.Int[0, 6], Gen.Bool).Select((order, isLate) => (Step)new Step.Reject(order, isLate)),
        Gen.Int[0, 6].Select(order => (Step)new Step.Refund(order)));

    /// <summary>The command for a step; a late one knows the order as it was first let in. Null when there is no such order.</summary>
    private static AccountCommand? CommandOf(Step step, AccountModel account, Dictionary<string, Order> first)
    {
        var id = $"o-{step.Order}";
        var order = account.Orders.GetValueOrDefault(id);
        OrderWork? Work(bool isLate) => order is null ? null : OrderWork.Of(isLate ? first[id] : order);
        return step switch
        {
            Step.Charge charge => new AccountCommand.Charge(User, $"k-{charge.Order}", charge.Amount),
            Step.Place place => new AccountCommand.Place(AccountModel.OrderOf(id, place.Price), null, IsFinal: true),
            Step.Reprice reprice when order is { Status: OrderStatus.Pending } => new AccountCommand.Reprice(order, [reprice.Price]),
            Step.Pay pay when Work(pay.IsLate) is { } work => new AccountCommand.Pay(work),
            Step.Reject reject when Work(reject.IsLate) is { } work => new AccountCommand.Reject(work, NoStock, null),
            // Only what was paid is refunded, as it was paid.
            Step.Refund when order is { Status: OrderStatus.Paid } => new AccountCommand.Refund(OrderWork.Of(order)),
            _ => null,
        };
    }

    private static void Take(Step step, AccountModel account, Dictionary<string, Order> first)
    {
        if (CommandOf(step, account, first) is not { } command)
            return;
        account.Submit(command);
        foreach (var order in account.Orders.Values)
            first.TryAdd(order.Id, order);
    }

    [Fact]
    public void Entries_add_up_to_the_balance_and_pending_orders_to_what_is_held_after_any_steps() => Steps.Array[0, 60].Sample(steps =>
    {
        var (account, first) = (new AccountModel(), new Dictionary<string, Order>());
        foreach (var step in steps)
        {
            Take(step, account, first);
            Assert.Equal(account.Entries.Sum(entry => entry.Amount), account.Head.Balance);
            Assert.Equal(account.Orders.Values.Where(order => order.Status == OrderStatus.Pending).Sum(order => order.TotalAmount),
                account.Head.Held);
            Assert.InRange(account.Head.Held, 0, account.Head.Balance);
        }
        var booked = account.Entries.Where(entry => entry.Sequence > 0).ToList();
        Assert.Equal(Enumerable.Range(1, booked.Count).Select(n => (long)n), booked.Select(entry => entry.Sequence));
        var balance = 0L;
        foreach (var entry in booked)
            Assert.Equal(balance += entry.Amount, entry.BalanceAfter);
        Assert.Equal(booked.Count, account.Head.EntryCount);
    });

    [Fact]
    public void An_order_has_a_payment_exactly_when_it_is_paid_and_of_what_it_says_it_cost() => Steps.Array[0, 60].Sample(steps =>
    {
        var (account, first) = (new AccountModel(), new Dictionary<string, Order>());
        foreach (var step in steps)
        {
            Take(step, account, first);
            foreach (var order in account.Orders.Values)
            {
                var payment = account.Entries.SingleOrDefault(entry => entry.Id == OperationId.Payment(order.Id));
                Assert.Equal(order.Status == OrderStatus.Paid ? -order.TotalAmount : null, payment?.Amount);
                Assert.Equal(payment is null ? null
                    : order.Lines.Select(line => new SoldLine(line.ProductId, line.Quantity, line.UnitPrice)), payment?.Lines);
            }
        }
    });

    [Fact]
    public void What_an_order_has_come_to_stays_whatever_is_tried_later() => Steps.Array[0, 60].Sample(steps =>
    {
        var (account, first, decided) = (new AccountModel(), new Dictionary<string, Order>(), new Dictionary<string, Order>());
        foreach (var step in steps)
        {
            Take(step, account, first);
            foreach (var order in account.Orders.Values.Where(order => order.Status != OrderStatus.Pending))
                Assert.Equal(decided.TryAdd(order.Id, order) ? order : decided[order.Id], order);
        }
    });

    [Fact]
    public void A_charge_goes_on_top_of_the_balance()
    {
        var account = new AccountModel();
        account.Submit(new AccountCommand.Charge(User, "a", 10_000));
        var entry = account.Submit(new AccountCommand.Charge(User, "b", 2_500))!.Value.Value!.Entry!;
        Assert.Equal((EntryKind.Charge, 2_500, 12_500, 2), (entry.Kind, entry.Amount, entry.BalanceAfter, entry.Sequence));
        Assert.Equal(12_500, account.Head.Balance);
    }

    [Fact]
    public void A_key_that_stands_for_another_amount_is_refused()
    {
        var account = new AccountModel();
        account.Submit(new AccountCommand.Charge(User, "a", 10_000));
        Assert.Equal(ErrorCode.IdempotencyKeyReused, account.Submit(new AccountCommand.Charge(User, "a", 10_001))!.Value.Failure?.Code);
        Assert.Equal(10_000, account.Head.Balance);
    }

    [Fact]
    public void An_order_of_exactly_what_is_there_holds_it_and_one_won_more_is_rejected_for_good()
    {
        var account = new AccountModel();
        account.Submit(new AccountCommand.Charge(User, "a", 700));
        var rejected = account.Place("o-1", 701);
        Assert.Equal(
            (OrderStatus.Rejected, ErrorCode.InsufficientBalance, 701, 700),
            (rejected.Status, rejected.Rejection!.Code, rejected.Rejection.Requested, rejected.Rejection.Available));
        Assert.Equal(OrderStatus.Pending, account.Place("o-2", 700).Status);
        Assert.Equal((700, 700), (account.Head.Balance, account.Head.Held));

        account.Submit(new AccountCommand.Charge(User, "b", 10_000));
        Assert.Equal(OrderStatus.Rejected, account.Place("o-1", 701).Status);
    }

    [Fact]
    public void What_one_order_holds_another_cannot_spend()
    {
        var account = new AccountModel();
        account.Submit(new AccountCommand.Charge(User, "a", 100));
        account.Place("o-1", 60);
        Assert.Equal(40, account.Place("o-2", 60).Rejection!.Available);
    }

    [Fact]
    public void An_order_whose_prices_may_be_old_is_refused_without_a_trace()
    {
        var account = new AccountModel();
        var refused = account.Submit(new AccountCommand.Place(AccountModel.OrderOf("o-1", 10), null, IsFinal: false))!.Value;
        Assert.Equal(ErrorCode.InsufficientBalance, refused.Failure!.Code);
        Assert.Empty(account.Orders);
    }

    [Fact]
    public void A_rejected_order_leaves_no_entry_and_gives_free_what_it_held()
    {
        var account = new AccountModel();
        account.Submit(new AccountCommand.Charge(User, "a", 100));
        var order = account.Place("o-1", 60);
        account.Submit(new AccountCommand.Reject(OrderWork.Of(order), NoStock, null));
        Assert.Equal((100, 0), (account.Head.Balance, account.Head.Held));
        Assert.Single(account.Entries);
        Assert.Equal(NoStock, account.Orders["o-1"].Rejection);
    }

    [Fact]
    public void A_higher_price_is_held_if_it_is_there_and_else_the_order_is_bound_to_its_own()
    {
        var account = new AccountModel();
        account.Submit(new AccountCommand.Charge(User, "a", 100));
        var order = account.Place("o-1", 40, quantity: 2);
        var repriced = account.Submit(new AccountCommand.Reprice(order, [50]))!.Value.Value!.Order!;
        Assert.Equal((100, 100, 1, false), (repriced.TotalAmount, account.Head.Held, repriced.Revision, repriced.IsPriceBound));
        var bound = account.Submit(new AccountCommand.Reprice(repriced, [51]))!.Value.Value!.Order!;
        Assert.Equal((100, 100, 2, true), (bound.TotalAmount, account.Head.Held, bound.Revision, bound.IsPriceBound));
        var cheaper = account.Submit(new AccountCommand.Reprice(bound, [10]))!.Value.Value!.Order!;
        Assert.Equal((20, 20), (cheaper.TotalAmount, account.Head.Held));
    }

    [Fact]
    public void Who_knows_an_older_revision_of_an_order_decides_nothing()
    {
        var account = new AccountModel();
        account.Submit(new AccountCommand.Charge(User, "a", 100));
        var order = account.Place("o-1", 40);
        var repriced = account.Submit(new AccountCommand.Reprice(order, [50]))!.Value.Value!.Order!;
        Assert.Equal(repriced, account.Submit(new AccountCommand.Pay(OrderWork.Of(order)))!.Value.Value!.Order);
        Assert.Equal(repriced, account.Submit(new AccountCommand.Reject(OrderWork.Of(order), NoStock, null))!.Value.Value!.Order);
        Assert.Equal(50, account.Head.Held);
    }

    [Fact]
    public void A_cart_is_emptied_with_the_order_that_is_let_in_and_by_no_other()
    {
        var account = new AccountModel();
        account.Submit(new AccountCommand.Charge(User, "a", 100));
        account.Cart = CartRules.Empty(User, account.Now) with { Items = [new("p", 1)], ETag = "c1" };
        var full = account.Cart;
        account.Place("o-poor", 101, cart: CartRules.CheckOut(full, "o-poor", account.Now));
        Assert.Equal(full, account.Cart);
        account.Place("o-1", 10, cart: CartRules.CheckOut(full, "o-1", account.Now));
        Assert.Empty(account.Cart!.Items);
        // Another checkout of the same cart is made for something that has changed.
        Assert.Null(account.Submit(new AccountCommand.Place(AccountModel.OrderOf("o-2", 10), CartRules.CheckOut(full, "o-2", account.Now),
            IsFinal: true)));
        Assert.DoesNotContain("o-2", account.Orders.Keys);
    }

    [Fact]
    public void A_balance_never_exceeds_what_can_be_held_exactly_and_the_refusal_stands()
    {
        var account = new AccountModel(new Account { UserId = User, Balance = Limits.MoneyMax - 5, EntryCount = 1, UpdatedAt = default });
        var refused = account.Submit(new AccountCommand.Charge(User, "a", 6))!.Value.Value!.Entry!;
        Assert.Equal((EntryKind.Refused, 0, 0, 6), (refused.Kind, refused.Amount, refused.Sequence, refused.Requested));
        var refusal = AccountRules.RefusalOf(refused)!;
        Assert.Equal((ErrorCode.BalanceLimitExceeded, 6, 5), (refusal.Code, refusal.Requested, refusal.Available));
        Assert.Null(AccountRules.RefusalOf(account.Submit(new AccountCommand.Charge(User, "b", 5))!.Value.Value!.Entry!));
        Assert.Equal(Limits.MoneyMax, account.Head.Balance);

        // Now there would be room, but the key was answered.
        account.Place("o-1", 100);
        account.Submit(new AccountCommand.Pay(OrderWork.Of(account.Orders["o-1"])));
        Assert.Equal(refused, account.Submit(new AccountCommand.Charge(User, "a", 6))!.Value.Value!.Entry);
        Assert.Equal(ErrorCode.IdempotencyKeyReused, account.Submit(new AccountCommand.Charge(User, "a", 7))!.Value.Failure?.Code);
    }

    [Fact]
    public void A_refund_that_the_balance_cannot_hold_is_refused_until_it_can()
    {
        var account = new AccountModel(new Account { UserId = User, Balance = Limits.MoneyMax, EntryCount = 1, UpdatedAt = default });
        var paid = account.Submit(new AccountCommand.Pay(OrderWork.Of(account.Place("o-1", 1_000))))!.Value.Value!.Order!;
        account.Submit(new AccountCommand.Charge(User, "a", 400));
        var refusal = account.Submit(new AccountCommand.Refund(OrderWork.Of(paid)))!.Value.Failure!;
        Assert.Equal((ErrorCode.BalanceLimitExceeded, 1_000, 600), (refusal.Code, refusal.Requested, refusal.Available));
        account.Submit(new AccountCommand.Pay(OrderWork.Of(account.Place("o-2", 400))));
        var refund = account.Submit(new AccountCommand.Refund(OrderWork.Of(paid)))!.Value.Value!.Entry!;
        Assert.Equal((1_000, paid.PaidAt), (refund.Amount, refund.SoldAt));
    }

    [Fact]
    public void Keys_of_different_users_are_different_operations()
    {
        var rules = new AccountRules();
        Assert.NotEqual(
            rules.RecordId(new AccountCommand.Charge("ab", "c", 1)), rules.RecordId(new AccountCommand.Charge("a", "bc", 1)));
    }
}
