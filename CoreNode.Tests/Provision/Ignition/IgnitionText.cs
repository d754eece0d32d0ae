using System.Text;
using CoreNode.Provision.Ignition;
using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision.Ignition;

/// <summary>Results as text, for transcripts.</summary>
internal static class IgnitionText
{
    /// <summary>Findings and what is wanted, a line each.</summary>
    public static string Of(IgnitionResult result)
    {
        StringBuilder text = new(result.Config.IsRefused ? "refused\n" : "accepted\n");
        foreach (Finding one in result.Config.Findings)
            text.Append(Of(one)).Append('\n');
        if (result.Config.IsRefused)
            return text.ToString();
        foreach (IgnitionReference one in result.Merge)
            text.Append($"merge {one.Place} {Part(one.Content)}\n");
        if (result.Replace is { } replace)
            text.Append($"replace {replace.Place} {Part(replace.Content)}\n");
        Fetching(text, result.Fetching);
        Machine(text, result.Config.Desired);
        return text.ToString();
    }

    /// <summary>A finding: how bad, where, which key, why, what to do.</summary>
    public static string Of(Finding one) => $"{one.Severity.ToString().ToLowerInvariant()} {one.Place} {one.Key}: "
        + one.Reason + (one.Suggestion.Length == 0 ? "" : $" -> {one.Suggestion}");

    private static void Fetching(StringBuilder text, FetchOptions options)
    {
        if (options.HeaderLimit != FetchOptions.Default.HeaderLimit || options.TotalLimit is not null)
            text.Append($"limits {Seconds(options.HeaderLimit)} {Seconds(options.TotalLimit)}\n");
        if (options.HttpProxy is not null || options.HttpsProxy is not null)
        {
            text.Append(
                $"proxy {options.HttpProxy} {options.HttpsProxy} without [{string.Join(' ', options.NoProxy)}]\n");
        }

        foreach (ContentPart one in options.Authorities)
            text.Append($"authority {Part(one)}\n");
    }

    private static void Machine(StringBuilder text, DesiredMachine machine)
    {
        foreach (DesiredFolder one in machine.Folders)
            text.Append($"folder {one.Path} {Mode(one.Mode)} {one.User}:{one.Group}{Word(one.Replaces, "replaces")}\n");
        foreach (DesiredFile one in machine.Files)
        {
            string content = one.Remote is { } remote ? Part(new ContentPart(default, remote))
                : one.Parts.Count > 0 ? string.Join(" + ", one.Parts.Select(Part))
                : one.HasContent ? Quoted(one.Content) : "as it is";
            text.Append($"file {one.Path} {Mode(one.Mode)} {one.User}:{one.Group}{Word(one.Replaces, "replaces")}"
                + $"{Word(one.Appends, "appends")}{Word(one.IsSecret, "secret")} {content}\n");
        }

        foreach (DesiredLink one in machine.Links)
        {
            text.Append($"link {one.Path} -> {one.Target} {one.User}:{one.Group}{Word(one.IsHard, "hard")}"
                + $"{Word(one.Replaces, "replaces")}\n");
        }

        foreach (DesiredGroup one in machine.Groups)
        {
            text.Append($"group {one.Name} {one.Number}{Word(one.IsSystem, "system")}{Word(!one.ShouldExist, "goes")}"
                + $" {one.PasswordHash}\n");
        }

        foreach (DesiredUser one in machine.Users)
        {
            text.Append($"user {one.Name} {one.Number} {one.PasswordHash} [{string.Join(" | ", one.FirstBootSshKeys)}] "
                + $"\"{one.Gecos}\" {one.Home} {one.PrimaryGroup} [{string.Join(' ', one.Groups)}] {one.Shell}"
                + $"{Word(one.HasNoHome, "homeless")}{Word(one.HasNoUserGroup, "groupless")}"
                + $"{Word(one.IsSystem, "system")}{Word(!one.ShouldExist, "goes")}\n");
        }

        foreach (DesiredUnit one in machine.Units)
        {
            string enabled = one.IsEnabled is { } is1 ? is1 ? " enabled" : " disabled" : "";
            string masked = one.IsMasked is { } is2 ? is2 ? " masked" : " unmasked" : "";
            string started = one.Command is { } verb ? $" {verb.ToString().ToLowerInvariant()}" : "";
            text.Append($"unit {one.Name}{enabled}{masked}{started}{Word(one.Content is not null, "with text")}");
            foreach (DesiredDropIn dropIn in one.DropIns)
                text.Append($" {dropIn.Name} ({dropIn.Content.Length})");
            text.Append('\n');
        }

        foreach (string one in machine.KernelArguments)
            text.Append($"argument {one}\n");
        foreach (string one in machine.UnwantedKernelArguments)
            text.Append($"no argument {one}\n");
    }

    private static string Part(ContentPart part) => part.Remote is not { } remote ? Quoted(part.Content)
        : $"{remote.Source}{Word(remote.IsGzip, "gzip")}{Word(remote.Hash.Length > 0, remote.Hash)}"
            + string.Concat(remote.Headers.Select(static one => $" {one.Key}={one.Value}"));

    private static string Quoted(ReadOnlyMemory<byte> content) =>
        "\"" + Encoding.UTF8.GetString(content.Span).ReplaceLineEndings("\\n") + "\"";

    private static string Mode(int? mode) => mode is { } bits ? "0" + Convert.ToString(bits, 8) : "-";

    private static string Word(bool isSo, string word) => isSo ? " " + word : "";

    private static string Seconds(TimeSpan? limit) => limit is { } time ? $"{time.TotalSeconds} s" : "none";
}
