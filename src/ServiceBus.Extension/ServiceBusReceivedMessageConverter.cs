using Azure.Core.Amqp;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Core;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>
/// Messages as the client library has them. They cross from the host as their lock token, 16 bytes, and behind it the encoded AMQP message.
/// </summary>
[SupportsDeferredBinding]
[SupportedTargetType(typeof(ServiceBusReceivedMessage))]
[SupportedTargetType(typeof(ServiceBusReceivedMessage[]))]
internal sealed class ServiceBusReceivedMessageConverter : IInputConverter
{
    private const string Source = "AzureServiceBusReceivedMessage";
    private const string ContentType = "application/octet-stream";
    private const int LockTokenBytes = 16;

    /// <inheritdoc />
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        try
        {
            return new(context.Source switch
            {
                ModelBindingData one => ConversionResult.Success(Decode(one)),
                CollectionModelBindingData many => ConversionResult.Success(many.ModelBindingData.Select(Decode).ToArray()),
                _ => ConversionResult.Unhandled(),
            });
        }
        catch (Exception unreadable) when (unreadable is InvalidOperationException or ArgumentException or FormatException)
        {
            return new(ConversionResult.Failed(unreadable));
        }
    }

    private static ServiceBusReceivedMessage Decode(ModelBindingData data)
    {
        if (data.Source != Source || data.ContentType != ContentType || data.Content.ToMemory().Length < LockTokenBytes)
            throw new InvalidOperationException($"A message of '{data.Source}' as '{data.ContentType}' is not one of Service Bus.");
        var bytes = data.Content.ToMemory();
        var message = AmqpAnnotatedMessage.FromBytes(BinaryData.FromBytes(bytes[LockTokenBytes..]));
        return ServiceBusReceivedMessage.FromAmqpMessage(message, BinaryData.FromBytes(bytes[..LockTokenBytes]));
    }
}
