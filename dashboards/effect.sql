-- span: the date and how many whole weeks (or else days) fit on both sides of it, 13 at most
chosen as (
    select coalesce(
        case
            when length(split_part(${datum:sqlstring}, '-', 3)) = 4
                then make_date(
                    split_part(${datum:sqlstring}, '-', 3)::integer,
                    split_part(${datum:sqlstring}, '-', 2)::integer,
                    split_part(${datum:sqlstring}, '-', 1)::integer
                )
            else nullif(${datum:sqlstring}, '')::date
        end,
        open.day_of(now()) - 28
    ) as day
),

-- Materialised, because views are barriers: a condition with coalesce in it would be asked of every day there is.
span as materialized (
    select
        chosen.day,
        case when fits.days < 7 then greatest(fits.days, 0) else fits.days / 7 * 7 end as days
    from chosen
    cross join lateral (
        select least(chosen.day - open.day_of($__timeFrom()), {last day} + 1 - chosen.day, 91) as days
    ) as fits
)

-- in_span: the condition for days on both sides of the date, and for those 52 weeks earlier, as many Sundays in each
day.day >= span.day - span.days - 364
and day.day < span.day + span.days
and (day.day >= span.day - span.days or day.day < span.day + span.days - 364)
and day.value is not null
and {valid day}

-- effect: how much more it became at one place than at the others, and than a year earlier, from daily (subject, place,
-- is_treated, day, value, margin) and span. Places react differently to weather and to what happens everywhere, so the
-- interval is the one for a further place: from how much the others differ. Logarithms, because it is about shares.
sided as (
    select
        daily.subject,
        daily.place,
        daily.is_treated,
        moved.day,
        moved.day >= span.day as is_after,
        (moved.day - span.day + span.days) / 7 as week,
        max(daily.value) filter (where daily.day = moved.day) as value,
        max(daily.margin) filter (where daily.day = moved.day) as margin,
        max(daily.value) filter (where daily.day < moved.day) as past,
        max(daily.margin) filter (where daily.day < moved.day) as past_margin
    from daily
    cross join span
    cross join lateral (
        select daily.day + case when daily.day < span.day - span.days then 364 else 0 end as day
    ) as moved
    group by daily.subject, daily.place, daily.is_treated, moved.day, span.day, span.days
),

plain as (
    select
        sided.subject,
        avg(sided.value) filter (where not sided.is_after) as before,
        avg(sided.value) filter (where sided.is_after) as after,
        open.joint_margin(
            'mean',
            sum(sided.margin ^ 2) filter (where not sided.is_after),
            count(sided.value) filter (where not sided.is_after)
        ) as margin_before,
        open.joint_margin(
            'mean',
            sum(sided.margin ^ 2) filter (where sided.is_after),
            count(sided.value) filter (where sided.is_after)
        ) as margin_after
    from sided
    where sided.is_treated
    group by sided.subject
),

-- The same days at every place, each with itself a year earlier: a gap leaves out the same days on all sides.
paired as (
    select known.*
    from (
        select
            sided.*,
            bool_or(sided.is_treated) over (partition by sided.subject, sided.day) as is_of_treated
        from sided
        where sided.value is not null and sided.past is not null
    ) as known
    where known.is_of_treated
),

summed as (
    select
        paired.subject,
        paired.place,
        paired.is_treated,
        count(*) filter (where not paired.is_after) as days_before,
        count(*) filter (where paired.is_after) as days_after,
        sum(paired.value) filter (where not paired.is_after) as before,
        sum(paired.value) filter (where paired.is_after) as after,
        sum(paired.past) filter (where not paired.is_after) as past_before,
        sum(paired.past) filter (where paired.is_after) as past_after,
        -- A sum of less than twice its margin says nothing.
        2 * sqrt(greatest(
            coalesce(sum(paired.margin ^ 2) filter (where not paired.is_after), 0),
            coalesce(sum(paired.margin ^ 2) filter (where paired.is_after), 0),
            coalesce(sum(paired.past_margin ^ 2) filter (where not paired.is_after), 0),
            coalesce(sum(paired.past_margin ^ 2) filter (where paired.is_after), 0)
        )) as least_told
    from paired
    group by paired.subject, paired.place, paired.is_treated
),

place as (
    select
        summed.*,
        summed.past_after / nullif(summed.days_after, 0) / nullif(summed.past_before / nullif(summed.days_before, 0), 0)
            as past,
        case
            when least(summed.before, summed.after, summed.past_before, summed.past_after) > summed.least_told
                then ln(summed.after / summed.past_after) - ln(summed.before / summed.past_before)
        end as change,
        max(summed.days_before) filter (where summed.is_treated) over (partition by summed.subject) as treated_before,
        max(summed.days_after) filter (where summed.is_treated) over (partition by summed.subject) as treated_after
    from summed
),

-- Those that were not touched: with a number on three quarters of the days of the one that was.
control as (
    select place.subject, place.place, place.change
    from place
    where
        not place.is_treated
        and place.change is not null
        and 4 * place.days_before >= 3 * place.treated_before
        and 4 * place.days_after >= 3 * place.treated_after
),

weekly as (
    select
        paired.subject,
        paired.place,
        paired.is_treated,
        paired.is_after,
        paired.week,
        case
            when sum(paired.value) > 0 and sum(paired.past) > 0 then ln(sum(paired.value) / sum(paired.past))
        end as change
    from paired
    left join control on control.subject = paired.subject and control.place = paired.place
    where paired.is_treated or control.place is not null
    group by paired.subject, paired.place, paired.is_treated, paired.is_after, paired.week
),

-- How much the one that was touched differs from week to week from what the others do: so little is known of its mean.
wandering as (
    select sides.subject, sum(sides.variance) as variance
    from (
        select weeks.subject, weeks.is_after, var_samp(weeks.own - weeks.others) / nullif(count(*), 0) as variance
        from (
            select
                weekly.subject,
                weekly.is_after,
                weekly.week,
                max(weekly.change) filter (where weekly.is_treated) as own,
                avg(weekly.change) filter (where not weekly.is_treated) as others
            from weekly
            group by weekly.subject, weekly.is_after, weekly.week
        ) as weeks
        group by weeks.subject, weeks.is_after
    ) as sides
    group by sides.subject
),

compared as (
    select control.subject, count(*) as places, avg(control.change) as change, var_samp(control.change) as variance
    from control
    group by control.subject
),

effect as (
    select
        plain.*,
        place.past,
        compared.change as others,
        coalesce(compared.places, 0) as places,
        span.days,
        case
            when span.days < 28 then 'minder dan vier weken aan elke kant'
            when place.subject is null or 4 * least(place.days_before, place.days_after) < 3 * span.days
                then 'te weinig dagen met een getal, nu of een jaar eerder'
            when place.change is null then 'te weinig voor de marge'
            when coalesce(compared.places, 0) < 3 then 'minder dan drie andere om mee te vergelijken'
        end as why_not,
        place.change - compared.change as difference,
        -- Student's t for 95 per cent, by how many others there are less one.
        (array[
            12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131
        ])[least(compared.places - 1, 15)]
        * sqrt(greatest(compared.variance, wandering.variance) + compared.variance / compared.places) as margin
    from plain
    cross join span
    left join place on place.is_treated and place.subject = plain.subject
    left join compared on compared.subject = plain.subject
    left join wandering on wandering.subject = plain.subject
),

verdict as (
    select
        effect.*,
        case when effect.why_not is null then 100 * (exp(effect.difference) - 1) end as remains,
        case when effect.why_not is null then 100 * (exp(effect.difference - effect.margin) - 1) end as at_least,
        case when effect.why_not is null then 100 * (exp(effect.difference + effect.margin) - 1) end as at_most,
        case
            when effect.why_not is not null then 'Niet te zeggen: ' || effect.why_not
            when effect.difference > effect.margin then 'Meer dan elders'
            when effect.difference < -effect.margin then 'Minder dan elders'
            else 'Niet te zeggen: het verschil kan toeval zijn'
        end as told
    from effect
)
