namespace CoreNode.Updates.Sharing;

/// <summary>
/// Where who fetches a payload asks for its next bytes: the node, which knows the others. One caller at a time.
/// </summary>
public interface IShareDesk
{
    /// <summary>Where they come from. May take long: others are waited for.</summary>
    /// <exception cref="IOException">It is gone; the server is asked then.</exception>
    Task<SharePiece> NextAsync(ShareQuestion question, CancellationToken cancellation);
}
