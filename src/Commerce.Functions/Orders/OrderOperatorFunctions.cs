using System.Globalization;
using Commerce.Functions.Http;
using Commerce.Shared.Orders;
using Microsoft.Azure.Functions.Worker;

namespace Commerce.Functions.Orders;

/// <summary>What operators see of the orders of all users.</summary>
public sealed class OrderOperatorFunctions(OrderSearch search)
{
    private const string SearchList = "all-orders";
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";

    [Function("ListOrdersOfAll")]
    public async Task<IResult> Search([HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "ops/orders")] HttpRequest request)
    {
        var input = new RequestInput(request);
        var wanted = Query(input);
        var page = input.Page(SearchList);
        var after = input.TimeOf(page);
        if (input.Problem is { } problem)
            return problem;
        var found = await search.FindAsync(wanted, page.Limit, after, request.HttpContext.RequestAborted);
        var next = found.Next is { } position ? page.CursorAt(Page.Position(position)) : null;
        return Answers.Ok(new OrderPage([.. found.Items.Select(OrderView.Of)], next), OrderJson.Wire.OrderPage);
    }

    private static OrderQuery Query(RequestInput input)
    {
        var query = input.Request.Query;
        string? userId = query["userId"];
        string? productId = query["productId"];
        if (userId is not null)
            input.UserId(userId);
        if (productId is not null)
            input.ProductId(productId);
        return new(Time(input, "from"), Time(input, "to"), Status(input), userId, productId);
    }

    private static DateTimeOffset? Time(RequestInput input, string name)
    {
        string? text = input.Request.Query[name];
        if (text is null)
            return null;
        if (DateTimeOffset.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            return time;
        input.Refuse(name, "must be a time such as 2026-03-02T09:00:00Z");
        return null;
    }

    private static OrderStatus? Status(RequestInput input)
    {
        string? text = input.Request.Query["status"];
        if (text is null)
            return null;
        foreach (var status in Enum.GetValues<OrderStatus>())
        {
            if (OrderTransitions.NameOf(status) == text)
                return status;
        }
        input.Refuse("status", "must be one of pending, paid, rejected, cancelled");
        return null;
    }
}
