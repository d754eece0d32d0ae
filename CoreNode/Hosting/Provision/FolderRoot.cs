using CoreNode.Provision;
using CoreNode.Provision.Applying;
using CoreNode.Provision.Model;

namespace CoreNode.Hosting.Provision;

/// <summary>The root that a machine really has, as provisioning sees it.</summary>
/// <param name="root">It.</param>
/// <param name="tell">Told whom the accounts' lock is waited for.</param>
/// <param name="stop">Ends such a wait.</param>
internal sealed class FolderRoot(MachineRoot root, Action<string> tell, CancellationToken stop) : IMachineRoot
{
    /// <inheritdoc/>
    public AccountTexts ReadAccounts() => root.ReadAccounts();

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, PathFact> Read(IReadOnlyCollection<string> paths) => root.Read(paths);

    /// <inheritdoc/>
    public void Apply(IReadOnlyList<Change> changes, Action<Change> told) => root.Apply(changes, told);

    /// <inheritdoc/>
    public IDisposable LockAccounts() => root.LockAccounts(tell, stop);
}
