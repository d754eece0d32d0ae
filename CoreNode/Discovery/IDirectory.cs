namespace CoreNode.Discovery;

/// <summary>A directory as a search asks it; Hosting adapts the HTTP client to it.</summary>
public interface IDirectory
{
    /// <summary>Asks once. What goes wrong at the other side or on the way is an answer, too.</summary>
    Task<DirectoryAnswer> AskAsync(DirectoryRequest request, CancellationToken cancellation);
}
