using CoreNode.Api.Client.Units;
using CoreNode.Units.Model;

namespace CoreNode.Cli.Units;

/// <summary>
/// Where the text of a unit comes from, in fleetctl's order: the unit that the cluster has, the local file, for an
/// instance the template that the cluster has, then the local file of the template. Nothing keeps an instance and its
/// template together afterwards.
/// </summary>
internal sealed class UnitSource(UnitCall call, bool isReplacing)
{
    /// <summary>
    /// What to submit for a word of the command line; null with an exit code where it cannot be: told already.
    /// </summary>
    public async Task<(SubmittedUnit? Unit, int ExitCode)> FindAsync(string word, string desiredState)
    {
        string name = UnitArguments.NameOf(word);
        string path = UnitArguments.FileOf(word);
        AdminReply<ListedUnit> reply = await call.AskAsync(call.Client.GetAsync(name, call.Cancellation));
        if (reply is AdminReply<ListedUnit>.Done known)
            return Known(name, path, known.Value, desiredState);
        if (reply is not AdminReply<ListedUnit>.Refused { Status: 404, Message.Length: > 0 })
            return (null, call.Fail(reply, name));
        if (File.Exists(path))
            return Take(name, path, desiredState);
        UnitName parts = UnitName.Parse(name)!;
        if (parts.IsInstance)
            return await FromTemplateAsync(parts, path, desiredState);
        call.Error.WriteLine(
            $"{name}: not in the cluster, and there is no file {path}"
            + await UnknownUnit.AdviceAsync(call, name, Path.GetDirectoryName(path)));
        return (null, ExitCode.NotFound);
    }

    private (SubmittedUnit? Unit, int ExitCode) Known(string name, string path, ListedUnit known, string desiredState)
    {
        if (!File.Exists(path))
            return (new SubmittedUnit(name, [], desiredState), ExitCode.Done);
        UnitFile? local = UnitTextFile.ReadUnit(path, name, out _);
        if (local is not null && local.Hash == known.Hash)
            return (new SubmittedUnit(name, [], desiredState), ExitCode.Done);
        if (isReplacing)
            return Take(name, path, desiredState);
        call.Error.WriteLine($"{name}: the cluster has another text than {path}; --replace takes the file");
        return (new SubmittedUnit(name, [], desiredState), ExitCode.Done);
    }

    private async Task<(SubmittedUnit? Unit, int ExitCode)> FromTemplateAsync(
        UnitName name, string path, string desiredState)
    {
        AdminReply<ListedUnit> reply = await call.AskAsync(call.Client.GetAsync(name.Template, call.Cancellation));
        if (reply is AdminReply<ListedUnit>.Done template)
            return (new SubmittedUnit(name.Full, template.Value.Options, desiredState), ExitCode.Done);
        if (reply is not AdminReply<ListedUnit>.Refused { Status: 404 })
            return (null, call.Fail(reply, name.Template));
        string file = UnitArguments.TemplateFileOf(name, path);
        if (File.Exists(file))
            return Take(name.Full, file, desiredState);
        call.Error.WriteLine(
            $"{name.Full}: neither it nor its template {name.Template} is in the cluster, and there is no file {path} "
            + $"nor {file}");
        return (null, ExitCode.NotFound);
    }

    private (SubmittedUnit? Unit, int ExitCode) Take(string name, string path, string desiredState)
    {
        UnitFile? file = UnitTextFile.ReadUnit(path, name, out IReadOnlyList<UnitProblem> problems);
        ProblemText.Write(call.Error, path, problems);
        if (file is null || problems.Any(static problem => problem.IsError))
        {
            call.Error.WriteLine($"{name} is not submitted: put the errors right first");
            return (null, ExitCode.Failed);
        }

        return (new SubmittedUnit(name, file.Options, desiredState), ExitCode.Done);
    }
}
