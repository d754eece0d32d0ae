using CoreNode.Provision.Model;

namespace CoreNode.Provision.Sources;

/// <summary>A place that a machine's configuration may come from.</summary>
public interface IDataSource
{
    /// <summary>As people know it, such as "EC2" or "URL http://a/b"; without passwords and tokens.</summary>
    string Name { get; }

    /// <summary>
    /// Asks once. Null: it is there, and has nothing for this machine. Every wait in it has its limit, and it ends at
    /// once when it is cancelled.
    /// </summary>
    /// <exception cref="SourceException">It could not be asked, or gave what cannot be right.</exception>
    /// <exception cref="IOException">The same, of a disk: it may be better the next time.</exception>
    Task<UserData?> FetchAsync(CancellationToken cancellation);
}
