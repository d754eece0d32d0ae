namespace CoreNode.Cli.Payloads;

/// <summary>
/// Work with payloads in files of this machine. What goes wrong, and why a payload is refused, is an
/// <see cref="IOException"/> with one line for people.
/// </summary>
public interface IPayloadOffice
{
    /// <summary>Makes and signs one; the same order gives the same file, but for ECDSA signatures.</summary>
    /// <param name="order">What is wanted.</param>
    /// <param name="progress">Called from this thread, at least for every few MiB.</param>
    /// <param name="cancellation">Ends it; nothing is left behind.</param>
    PayloadReport Create(PayloadOrder order, Action<PayloadProgress> progress, CancellationToken cancellation);

    /// <summary>Checks everything that is signed against the keys of a file or trust folder.</summary>
    PayloadReport Verify(string file, string keys);

    /// <summary>What a payload says of itself, whoever signed it.</summary>
    PayloadReport Inspect(string file);
}
