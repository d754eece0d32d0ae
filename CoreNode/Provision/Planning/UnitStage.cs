using System.Text;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Planning;

/// <summary>
/// Files of units: texts, drop-ins, masks; then what enables them, which may need the text of another.
/// </summary>
internal sealed class UnitStage(TargetTree tree, PlanNotes notes)
{
    /// <summary>All units.</summary>
    public void Add(IReadOnlyList<DesiredUnit> units)
    {
        List<DesiredUnit> good = [];
        foreach (DesiredUnit unit in units)
        {
            if (UnitPaths.IsName(unit.Name))
                good.Add(unit);
            else
                notes.Error(
                    unit.From, unit.Place, $"\"{unit.Name}\" cannot be the name of a unit", "write NAME.service");
        }

        foreach (DesiredUnit unit in good)
            AddFiles(unit);
        UnitEnabling enabling = new(tree, notes, good);
        foreach (DesiredUnit unit in good)
        {
            if (unit is { IsEnabled: not null, IsNetwork: false })
                enabling.Add(unit);
        }

        enabling.Write();
    }

    private void AddFiles(DesiredUnit unit)
    {
        string path = $"{Folder(unit)}/{unit.Name}";
        if (unit.Content is { } content && unit.IsMasked != true)
            AddText(unit, path, content);
        foreach (DesiredDropIn dropIn in unit.DropIns)
        {
            if (UnitPaths.IsName(dropIn.Name) && dropIn.Name.EndsWith(".conf", StringComparison.Ordinal))
                AddText(unit, $"{path}.d/{dropIn.Name}", dropIn.Content);
            else
            {
                notes.Error(
                    unit.From, unit.Place, $"\"{dropIn.Name}\" cannot be the name of a drop-in",
                    "let it end in .conf and have no / in it");
            }
        }

        if (unit.IsMasked == true)
            Mask(unit, path);
        else if (unit is { IsMasked: false, Content: null })
            Unmask(unit, path);
    }

    private void AddText(DesiredUnit unit, string path, string content)
    {
        if (tree.Take(path, followsLast: false, unit.From, unit.Place) is not { } target)
            return;
        if (target.Fact.Kind == PathKind.Folder)
        {
            notes.Error(
                unit.From, unit.Place, $"{path} is a folder where a unit's text is needed", "remove it by hand first");
        }
        else if (tree.Claim(target, TargetKind.File, unit.From, unit.Place))
        {
            target.Content = Encoding.UTF8.GetBytes(content);
            target.IsSecret = false;
        }
    }

    private void Mask(DesiredUnit unit, string path)
    {
        if (tree.Take(path, followsLast: false, unit.From, unit.Place) is not { } target)
            return;
        // systemctl mask: "File … already exists". A text that is given together with the mask may be an earlier
        // run's; it is the author's, who wants it masked.
        if (target.Fact.Kind == PathKind.Folder || (target.Fact.Kind == PathKind.File && unit.Content is null))
        {
            notes.Error(
                unit.From, unit.Place, $"{unit.Name} cannot be masked: {path} is there already",
                unit.IsRuntime ? "delete it, or mask it without runtime" : "delete it, or mask it with runtime: true");
            return;
        }

        if (unit.Content is not null)
        {
            notes.Warning(
                unit.From, unit.Place, $"the text of {unit.Name} is not written, because the unit is masked",
                "leave one of the two out");
        }

        if (tree.Claim(target, TargetKind.Link, unit.From, unit.Place))
            target.LinkTarget = UnitPaths.Null;
    }

    // As systemctl has it, a file with nothing in it is a mask as well.
    private void Unmask(DesiredUnit unit, string path)
    {
        TargetKind wish = tree.Find(path)?.Kind ?? TargetKind.Untouched;
        if (wish is not (TargetKind.Untouched or TargetKind.Link))
            return;
        bool isMask = tree.Resolve(path, followsLast: true, out _) is { } real
            && (real == UnitPaths.Null || tree.ContentOf(real, out _) is { Length: 0 });
        if (!isMask || tree.Take(path, followsLast: false, unit.From, unit.Place) is not { } target)
            return;
        target.Kind = TargetKind.Absent;
        target.From = unit.From;
        target.Place = unit.Place;
    }

    private static string Folder(DesiredUnit unit) => unit.IsNetwork
        ? unit.IsRuntime ? UnitPaths.RuntimeNetwork : UnitPaths.Network
        : unit.IsRuntime ? UnitPaths.Runtime : UnitPaths.System;
}
