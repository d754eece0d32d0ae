using CoreNode.Updates.Omaha;

namespace CoreNode.Updates.Server;

/// <summary>How update servers elsewhere are reached. Faults are <see cref="IOException"/>.</summary>
public interface IUpstream
{
    /// <summary>Asks once; gives the answer.</summary>
    Task<OmahaResponse> AskAsync(Uri server, OmahaRequest request, CancellationToken cancellation);

    /// <summary>Fetches a file and hands it over as a stream that ends where the file does, or throws.</summary>
    Task<CataloguePackage> FetchAsync(
        Uri file, Func<Stream, Task<CataloguePackage>> take, CancellationToken cancellation);
}
