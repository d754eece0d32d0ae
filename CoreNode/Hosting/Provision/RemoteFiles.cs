using CoreNode.Provision;
using CoreNode.Provision.Model;
using CoreNode.Provision.Sources;

namespace CoreNode.Hosting.Provision;

/// <summary>Contents that configurations name, as Provision asks for them.</summary>
internal sealed class RemoteFiles(RemoteContents contents) : IRemoteContents
{
    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> FetchAsync(
        RemoteContent content, FetchOptions options, CancellationToken cancellation) =>
        contents.FetchAsync(content, options, cancellation);
}
