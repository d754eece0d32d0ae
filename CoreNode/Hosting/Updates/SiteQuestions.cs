using CoreNode.Api.Peers.Requests;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Hosting.Updates;

/// <summary>Asks other nodes what they reach.</summary>
internal static class SiteQuestions
{
    /// <summary>What the node at a peer URL says; null if it does not answer.</summary>
    public static async Task<WitnessAccount?> AskAsync(
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
                return SiteJson.Read(bytes.AsMemory(0, length), peer.Authority);
            }
        }
        catch (IOException)
        {
            // What it is about is whether it answers.
            return null;
        }
    }
}
