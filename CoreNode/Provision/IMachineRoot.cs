using CoreNode.Provision.Model;

namespace CoreNode.Provision;

/// <summary>
/// The root folder of a machine: what is there, and how it is changed. The real one changes files; a simulated one in
/// tests loses power between any two of them. World faults are <see cref="IOException"/>.
/// </summary>
public interface IMachineRoot
{
    /// <summary>The files of accounts.</summary>
    AccountTexts ReadAccounts();

    /// <summary>What is at each of these paths. Changes are compared with what was read last.</summary>
    IReadOnlyDictionary<string, PathFact> Read(IReadOnlyCollection<string> paths);

    /// <summary>
    /// Makes changes of files and of the machine's name in their order, and tells each that has taken effect. Doing one
    /// twice is as doing it once.
    /// </summary>
    void Apply(IReadOnlyList<Change> changes, Action<Change> told);

    /// <summary>Takes the lock of accounts (/etc/.pwd.lock) until disposed.</summary>
    IDisposable LockAccounts();
}
