# One help page as roff. -v mode: root (sections of the whole page), command, or flags (a program's own page of flags).
function roff(text) {
  gsub(/\\/, "\\e", text)
  gsub(/-/, "\\-", text)
  gsub(/…/, "...", text)
  if (text ~ /^[.']/)
    text = "\\&" text
  return text
}

function row(line,    at, left) {
  sub(/^  /, "", line)
  at = match(line, /  +/)
  left = at ? substr(line, 1, at - 1) : line
  print ".TP\n\\fB" roff(left) "\\fR"
  if (at)
    print roff(substr(line, at + RLENGTH))
}

NR == 1 {
  at = index($0, " - ")
  if (mode == "root")
    print ".SH NAME\n" roff(substr($0, 1, at - 1)) " \\- " roff(substr($0, at + 3))
  else
    print roff(at && mode == "command" ? substr($0, at + 3) : $0)
  next
}

/^Options of every command \(/ { next }

/^Usage:/ {
  part = "usage"
  if (mode == "root")
    print ".SH SYNOPSIS"
  else
    print ".PP"
  if ($0 != "Usage:")
    print ".B " roff(substr($0, 8))
  next
}

/^[A-Z][a-z ]*:$/ {
  part = $0
  if (part == "Commands:" && mode != "root")
    part = "skip"
  else if (mode == "root" && part != "Commands:")
    print ".SH " (part == "Examples:" ? "EXAMPLES" : "OPTIONS")
  else if (mode != "root")
    print ".PP\n" roff(part)
  if (mode == "root" && part == "Commands:")
    part = "skip"
  next
}

/^$/ { if (part == "usage" || part == "text") part = "gap"; next }
part == "skip" { next }
part == "usage" { print ".B " roff(substr($0, 3)); next }
part == "Examples:" && /^      / { print roff(substr($0, 7)); was = "meaning"; next }
part == "Examples:" && /^    / { print ".br\n\\fB" roff(substr($0, 5)) "\\fR"; next }
part == "Examples:" && /^  / { print ".TP\n\\fB" roff(substr($0, 3)) "\\fR"; next }
/^    / { sub(/^ +/, ""); print roff($0); next }
/^  / { row($0); next }

# A paragraph: what is to know before use.
{
  if (part != "text") {
    print mode == "root" ? ".SH DESCRIPTION" : ".PP"
    part = "text"
  }
  print roff($0)
}
