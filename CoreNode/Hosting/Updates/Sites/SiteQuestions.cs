using CoreNode.Api.Peers.Requests;

namespace CoreNode.Hosting.Updates.Sites;

/// <summary>Asks other nodes what they reach.</summary>
internal static class SiteQuestions
{
    /// <summary>What the node at a peer URL says, or why it does not.</summary>
    public static async Task<SiteReply> AskAsync(
        NodeRequests requests, Uri peer, CancellationToken cancellation)
    {
        try
        {
            NodeAnswer answer = await requests.SendAsync(
                peer.GetLeftPart(UriPartial.Authority), SiteService.Name, null, cancellation);
            await using (answer.ConfigureAwait(false))
            {
                byte[] bytes = new byte[SiteJson.MaxBytes];
                int length = await answer.Body.ReadAtLeastAsync(
                    bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
                return SiteJson.Read(bytes.AsMemory(0, length), peer.Authority) is { } account
                    ? new SiteReply(account)
                    : new SiteReply(null, $"{peer.Authority}: its answer cannot be read");
            }
        }
        catch (IOException fault)
        {
            return new SiteReply(null, fault.Message);
        }
    }
}
