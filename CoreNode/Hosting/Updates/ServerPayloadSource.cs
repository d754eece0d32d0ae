using CoreNode.Updates.Applying;
using CoreNode.Updates.Client.Exchange;
using CoreNode.Updates.Payload;

namespace CoreNode.Hosting.Updates;

/// <summary>A payload at a server.</summary>
internal sealed class ServerPayloadSource(Uri url, PayloadFetch fetch) : IPayloadSource
{
    /// <inheritdoc/>
    public IPayloadFile? Whole => null;

    /// <inheritdoc/>
    public async Task<Stream> OpenAsync(long from, long? size, CancellationToken cancellation)
    {
        try
        {
            return new FetchedStream(await fetch.OpenAsync(url, from, size, cancellation));
        }
        catch (TransferException failed)
        {
            throw Fault(failed);
        }
    }

    /// <summary>What is wrong with a transfer, by the codes of updates.</summary>
    internal static ApplyException Fault(TransferException failed)
    {
        TransferFault fault = failed.Fault;
        int code = fault.Kind switch
        {
            TransferFaultKind.Redirect => ApplyCodes.Redirect,
            TransferFaultKind.Tls => ApplyCodes.Untrusted,
            _ => (int)fault.Code,
        };
        return new ApplyException(
            new ApplyFault(code, fault.Message) { IsNoNetwork = fault.IsNoNetwork, HttpStatus = fault.Status },
            failed);
    }
}
