using CoreNode.Provision.Model;

namespace CoreNode.Provision;

/// <summary>Fetches what configurations only name.</summary>
public interface IRemoteContents
{
    /// <summary>The content, unpacked and with the hash that is wanted. Every wait in it has its limit.</summary>
    /// <exception cref="IOException">It cannot be had; the message says why, without secrets of the URL.</exception>
    Task<ReadOnlyMemory<byte>> FetchAsync(
        RemoteContent content, FetchOptions options, CancellationToken cancellation);
}
