using CoreNode.Updates.Payload;

namespace CoreNode.Updates.Applying;

/// <summary>Where a payload comes from. Used by one caller at a time.</summary>
public interface IPayloadSource
{
    /// <summary>The whole payload, where it is a file of this machine; null where it is fetched.</summary>
    IPayloadFile? Whole { get; }

    /// <summary>
    /// Opens it from a byte on; the stream gives all bytes to the end. Reads are asynchronous.
    /// </summary>
    /// <param name="from">First byte that is wanted.</param>
    /// <param name="size">Bytes of the whole payload; null if not known yet.</param>
    /// <param name="cancellation">Ends the opening.</param>
    /// <exception cref="ApplyException">It cannot be had; the stream throws the same later.</exception>
    Task<Stream> OpenAsync(long from, long? size, CancellationToken cancellation);
}
